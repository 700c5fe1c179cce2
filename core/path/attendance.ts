/** A welcomed session: what its frames mean, and what it is owed. */
import type { Limits } from '../config/limits.ts';
import { Refusals } from '../chat/refusals.ts';
import { refuse, type Refusal } from '../chat/rules.ts';
import { senderKey } from '../chat/sender.ts';
import { checkShape } from '../chat/shape.ts';
import type { Shards } from '../cluster/shards.ts';
import type { DeviceSeat } from '../session/directory.ts';
import type { Rates } from '../session/rates.ts';
import type { SessionHandler } from '../session/session-handler.ts';
import type { Session } from '../session/session.ts';
import type { Act, Query, Read, Received, Send, Signal } from '../wire/frames.ts';
import { parseConversation } from '../wire/names.ts';
import type { Answers } from './answers.ts';
import type { Attendants } from './attendants.ts';
import type { DeliverySurroundings } from './delivery-surroundings.ts';
import { Delivery } from './delivery.ts';
import type { Effects } from './effects.ts';
import type { Lanes } from './lanes.ts';
import type { Presence } from './presence.ts';
import type { Progress } from './progress.ts';
import type { Questions } from './questions.ts';
import type { Signals } from './signals.ts';

export interface AttendanceSurroundings {
  readonly delivery: DeliverySurroundings;
  readonly lanes: Lanes;
  readonly shards: Shards;
  readonly answers: Answers;
  readonly questions: Questions;
  readonly signals: Signals;
  readonly presence: Presence;
  readonly attendants: Attendants;
  readonly effects: Pick<Effects, 'welcomed'>;
  readonly progress: Progress;
  readonly rates: Rates;
  readonly limits: Limits;
  /** The session gives its seat back. */
  readonly leave: (session: Session) => void;
}

/** Names that were used lately, per session. */
const PLACES_REMEMBERED = 256;

/** A conversation's name, the same text each time, and its shard. */
interface Place {
  readonly name: string;
  readonly shard: number;
}

export class Attendance implements SessionHandler {
  readonly #around: AttendanceSurroundings;
  readonly #session: Session;
  readonly #seat: DeviceSeat;
  readonly #delivery: Delivery;
  readonly #refusals: Refusals;
  readonly #sender: string;
  readonly #places = new Map<string, Place>();
  #asked = 0;
  #closed = false;
  #handedIn = 0;
  /** So far. */
  commands = 0;

  constructor(session: Session, seat: DeviceSeat, around: AttendanceSurroundings) {
    this.#around = around;
    this.#session = session;
    this.#seat = seat;
    this.#delivery = new Delivery(session, around.delivery);
    this.#refusals = new Refusals(session.terms.refusalsRemembered);
    this.#sender = senderKey(session.user, session.device);
  }

  begin(): void {
    this.#around.attendants.add(this.#session, this.#delivery);
    this.#around.presence.arrived(this.#session);
    this.#around.effects.welcomed(this.#session.user);
    this.#delivery.begin();
  }

  /** Commands and questions that have no answer yet. */
  get unsettled(): number {
    return this.#handedIn + this.#asked;
  }

  get congested(): boolean {
    const { limits, progress } = this.#around;
    if (this.#handedIn >= 2 * this.#session.terms.window || this.#asked >= limits.questions)
      return true;
    return this.#delivery.congested || progress.full;
  }

  /** Admits a command into its lane. No await between the frame and the queue. */
  command(command: Send | Act): void {
    this.commands += 1;
    const session = this.#session;
    const { recorder } = this.#around.delivery;
    const place = this.#placeOf(command.conversation);
    const name = place?.name ?? command.conversation;
    const trace = recorder.received(command, name, session, session.times.receivedMs);
    if (!place) {
      const detail = 'no conversation has this name';
      this.#around.answers.refuse({ command, session, trace }, 'invalid', detail);
      return;
    }
    const { shard } = place;
    this.#handedIn += 1;
    this.#seat.unsettled += 1;
    this.#around.lanes.hand({
      command,
      user: session.user,
      device: session.device,
      sender: this.#sender,
      refusals: this.#refusals,
      refusal: this.#admit(command, shard),
      session,
      seat: this.#seat,
      shard,
      trace,
      owner: this,
    });
  }

  acknowledge(frame: Received | Read): void {
    const read = frame.type === 'read';
    for (const { conversation, position } of frame.upTo ?? []) {
      this.#delivery.acknowledge(conversation, position, read);
    }
  }

  signal(frame: Signal): void {
    this.#around.signals.pass(this.#session, frame);
  }

  query(frame: Query): void {
    this.#asked += 1;
    void this.#around.questions.answer(this.#session, frame).then((result) => {
      this.#asked -= 1;
      this.#session.output.write(result);
      this.#session.settled();
      this.#session.resume();
    });
  }

  pong(id: number): void {
    this.#delivery.pong(id);
  }

  drained(): void {
    this.#delivery.drained();
  }

  tick(nowMs: number): number | undefined {
    return this.#delivery.tick(nowMs);
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#delivery.close();
    this.#around.attendants.remove(this.#session);
    this.#around.leave(this.#session);
  }

  #admit(command: Send | Act, shard: number): Refusal | undefined {
    if (this.#around.lanes.full(shard)) return refuse('busy', 'too much is waiting');
    if (!this.#around.rates.take(this.#session.user)) {
      return refuse('rate-limited', 'too many commands of this user');
    }
    return checkShape(command, this.#around.limits);
  }

  #placeOf(conversation: string): Place | undefined {
    const known = this.#places.get(conversation);
    if (known !== undefined) return known;
    if (!parseConversation(conversation)) return undefined;
    if (this.#places.size >= PLACES_REMEMBERED) this.#places.clear();
    const place = { name: conversation, shard: this.#around.shards.of(conversation) };
    this.#places.set(conversation, place);
    return place;
  }

  comesAgain(): void {
    this.#around.rates.giveBack(this.#session.user);
  }

  /** A command has its answer, or never will. */
  settle(): void {
    this.#handedIn -= 1;
    this.#seat.settle();
    this.#session.settled();
    this.#session.resume();
  }
}
