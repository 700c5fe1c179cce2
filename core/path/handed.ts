/** A command handed in by a session, on its way through a lane. */
import type { Pending } from '../chat/judge.ts';
import type { DeviceSeat } from '../session/directory.ts';
import type { Session } from '../session/session.ts';

export interface Handed extends Pending {
  readonly session: Session;
  readonly seat: DeviceSeat;
  readonly shard: number;
  /** The answer is out, or never will be. */
  readonly owner: { settle(): void };
}
