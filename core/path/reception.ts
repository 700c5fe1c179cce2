/**
 * The reception: finds out who it is, takes the device's seat, and writes WELCOME when all older
 * things are settled.
 */
import type {
  Authentication,
  Clock,
  Counter,
  Identity,
  Log,
  Persistence,
} from '../contract/index.ts';
import type { Whereabouts } from '../cluster/whereabouts.ts';
import type { Limits } from '../config/limits.ts';
import type { DeviceSeat, Directory } from '../session/directory.ts';
import type { Reception as Greeter, SessionHandler } from '../session/session-handler.ts';
import type { Session } from '../session/session.ts';
import type { Hello, Known, Welcome } from '../wire/frames.ts';
import { isName, parseConversation } from '../wire/names.ts';
import { PROTOCOL_VERSION } from '../wire/protocol-version.ts';
import { Attendance, type AttendanceSurroundings } from './attendance.ts';
import type { Orderings } from './orderings.ts';
import type { Presence } from './presence.ts';
import type { Progress } from './progress.ts';

interface Surroundings {
  readonly node: string;
  readonly authentication: Pick<Authentication, 'authenticate'>;
  readonly persistence: Persistence;
  readonly orderings: Orderings;
  readonly directory: Directory;
  readonly progress: Progress;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly unauthenticated: Counter;
  readonly whereabouts: Whereabouts;
  readonly attendance: Omit<AttendanceSurroundings, 'leave'>;
}

const PENDING_MAX = 64;

export class Reception implements Greeter {
  readonly #around: Surroundings;
  readonly #attendance: AttendanceSurroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#attendance = { ...around.attendance, leave: (session) => this.leave(session) };
  }

  async greet(session: Session, hello: Hello): Promise<SessionHandler | undefined> {
    if (!this.#wellFormed(session, hello)) return undefined;
    const { whereabouts } = this.#around;
    await whereabouts.settled();
    if (session.state !== 'welcoming') return undefined;
    if (!whereabouts.here) {
      session.move(whereabouts.moved(whereabouts.why));
      return undefined;
    }
    const identity = await this.#identify(session, hello);
    if (!identity || session.state !== 'welcoming') return undefined;
    const seat = this.#sit(session, identity, hello.device);
    if (!seat) return undefined;
    await seat.whenSettled();
    if (session.state !== 'welcoming' || seat.session !== session) return undefined;
    // A device that is seen for the first time begins at its user's marks: they must be in the
    // store.
    await this.#around.progress.flush();
    await this.#around.persistence.registerDevice(session.user, session.device);
    const known = await this.#known(session, hello.pending ?? []);
    if (session.state !== 'welcoming' || seat.session !== session) return undefined;
    session.output.write(this.#welcome(session, known));
    session.welcomed = true;
    this.#around.directory.welcomed += 1;
    return new Attendance(session, seat, this.#attendance);
  }

  /** Gives the seat back, whatever became of the session. */
  leave(session: Session): void {
    const { directory, presence } = this.#around;
    if (session.user === '') return;
    const seat = directory.seat(session.user, session.device);
    if (seat.session === session) seat.session = undefined;
    directory.release(seat);
    presence.left(session.user);
  }

  #wellFormed(session: Session, hello: Hello): boolean {
    if (hello.version !== PROTOCOL_VERSION) {
      session.fail('unsupported-version', `this server speaks version ${PROTOCOL_VERSION}`);
      return false;
    }
    if ((hello.pending?.length ?? 0) > PENDING_MAX) {
      session.fail('malformed', `at most ${PENDING_MAX} pending conversations`);
      return false;
    }
    if (!isName(hello.device)) {
      this.#refuse(session, 'the name of the device is ill-formed');
      return false;
    }
    return true;
  }

  async #identify(session: Session, hello: Hello): Promise<Identity | undefined> {
    const answer = await this.#around.authentication.authenticate(hello.token);
    if ('refused' in answer) {
      this.#around.log.debug('a token was refused', {
        address: session.address,
        why: answer.refused,
      });
      this.#refuse(session, 'the token is not accepted');
      return undefined;
    }
    const lifeMs = (answer.expiresAt ?? Infinity) - this.#around.clock.now();
    if (!isName(answer.user) || lifeMs <= 0) {
      this.#refuse(session, 'the token is not accepted');
      return undefined;
    }
    if (Number.isFinite(lifeMs)) session.expireAt(this.#around.clock.monotonic() + lifeMs);
    return answer;
  }

  /** The newer connection of a device wins; the older is told so. */
  #sit(session: Session, identity: Identity, device: string): DeviceSeat | undefined {
    const { directory, limits } = this.#around;
    const seat = directory.seat(identity.user, device);
    const others = directory.countOf(identity.user) - (seat.session ? 1 : 0);
    session.user = identity.user;
    session.device = device;
    if (others >= limits.connectionsPerUser) {
      directory.release(seat);
      session.fail('too-many-connections', 'too many connections of this user', limits.retryAfter);
      return undefined;
    }
    const older = seat.session;
    seat.session = session;
    older?.fail('session-replaced', 'the device connected again');
    return seat;
  }

  async #known(session: Session, pending: readonly string[]): Promise<readonly Known[]> {
    const names = [...new Set(pending)].filter((name) => parseConversation(name));
    if (names.length === 0) return [];
    const { user, device } = session;
    const keys = names.map((conversation) => ({ conversation, user, device }));
    const entries = await this.#around.persistence.lastEntries(keys);
    return entries.flatMap((entry) =>
      entry ? [{ conversation: entry.conversation, number: entry.number, id: entry.id }] : [],
    );
  }

  #welcome(session: Session, known: readonly Known[]): Welcome {
    const { orderings, persistence, clock, node } = this.#around;
    const { terms } = session;
    return {
      type: 'welcome',
      version: PROTOCOL_VERSION,
      user: session.user,
      device: session.device,
      session: session.id,
      node,
      known,
      heartbeatMs: terms.heartbeat,
      window: terms.window,
      maxFrame: terms.maxFrame,
      serverTime: clock.now(),
      ordering: orderings.rules(),
      retransmitMs: terms.retransmit,
      retransmitTries: terms.retransmitTries,
      log: persistence.log,
    };
  }

  #refuse(session: Session, detail: string): void {
    this.#around.unauthenticated.add();
    session.fail('unauthenticated', detail);
  }
}
