/** A command handed in by a session, on its way through a lane. */
import type { Pending } from '../chat/judge.ts';
import type { DeviceSeat } from '../session/directory.ts';
import type { Session } from '../session/session.ts';
import type { Ticket } from './trace/command-ring.ts';

export interface Handed extends Pending {
  readonly session: Session;
  readonly seat: DeviceSeat;
  readonly shard: number;
  /** Under which the flight recorder notes what becomes of it. */
  readonly trace: Ticket;
  readonly owner: {
    /** The answer is out, or never will be. */
    settle(): void;
    /** It must come again, though it was let in: that does not count towards its user's rate. */
    comesAgain(): void;
  };
}
