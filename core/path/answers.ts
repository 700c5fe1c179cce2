/**
 * Answers: one for each command, in the order in which they came, after what they speak of is kept.
 */
import type { Clock, Counter, Durability } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Verdict } from '../chat/judge.ts';
import type { Placed } from '../chat/sender.ts';
import { PASSING, type Code } from '../wire/codes.ts';
import type { Accepted, Refused } from '../wire/frames.ts';
import type { Handed } from './handed.ts';
import type { Fate, Fates, Judged } from './judged.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';

interface Surroundings {
  readonly limits: Limits;
  /** Asked each time: a store may find out only at its start, after this was made. */
  readonly durability: () => Durability;
  readonly accepted: Counter;
  readonly repeated: Counter;
  readonly refused: Counter;
  readonly retried: Counter;
  readonly clock: Clock;
  readonly recorder: FlightRecorder;
}

/** Without an owner: it never reached a lane. */
type Refusable = Pick<Handed, 'command' | 'session' | 'trace'> &
  Partial<Pick<Handed, 'refusal' | 'owner'>>;

export class Answers {
  readonly #around: Surroundings;
  /** Of the answers that are being given, monotonic ms. */
  #nowMs = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Answers every command whose fate is known; returns those that must be planned again. */
  give(judged: readonly Judged[], fates: Fates): readonly Handed[] {
    const again: Handed[] = [];
    this.#nowMs = this.#around.clock.monotonic();
    for (const it of judged) {
      const fate = fates.get(it.handed.shard) ?? 'kept';
      if (fate !== 'kept') {
        if (this.#answerFailed(it, fate)) again.push(it.handed);
        continue;
      }
      this.#answer(it.handed, it.verdict);
      it.handed.owner.settle();
    }
    return again;
  }

  /** A command that never reached a lane. */
  refuse(handed: Refusable, code: Code, detail?: string): void {
    this.#nowMs = this.#around.clock.monotonic();
    this.#refuse(handed, { is: 'refused', code, detail });
  }

  /** A command that must come again, since nothing could be judged or kept. */
  refuseForNow(handed: Handed, code: Code): void {
    this.#nowMs = this.#around.clock.monotonic();
    const { command, refusals } = handed;
    refusals.hold(command.conversation, command.number, command.id, code);
    this.#refuse(handed, { is: 'refused', code, detail: 'not kept' });
    handed.owner.settle();
  }

  #answer(handed: Handed, verdict: Verdict): void {
    if (verdict.is === 'refused') return this.#refuse(handed, verdict);
    if (verdict.is === 'repeat') this.#around.repeated.add();
    else this.#around.accepted.add();
    this.#accept(handed, verdict.placed, verdict.is === 'repeat');
  }

  /** What the batch had placed is taken back; true if the command is planned again. */
  #answerFailed({ handed, draft, verdict }: Judged, fate: Exclude<Fate, 'kept'>): boolean {
    const { command, refusals } = handed;
    if (verdict.is === 'refused' && verdict.fresh) {
      refusals.forget(command.conversation, command.number);
    }
    const held = verdict.is === 'repeat' ? undefined : verdict.held;
    if (held !== undefined) {
      refusals.hold(command.conversation, command.number, command.id, held);
    }
    if (fate === 'again') return true;
    const kept = verdict.is === 'repeat' && verdict.placed.position <= draft.conversation.position;
    if (kept) {
      this.#answer(handed, verdict);
      handed.owner.settle();
    } else this.refuseForNow(handed, fate.refuse);
    return false;
  }

  #accept(handed: Handed, placed: Placed, duplicate: boolean): void {
    const { command } = handed;
    const frame: Accepted = {
      type: 'accepted',
      conversation: command.conversation,
      number: command.number,
      position: placed.position,
      order: placed.order,
      acceptedAt: placed.acceptedAt,
      durability: this.#around.durability(),
      id: command.id,
    };
    this.#echo(command, frame);
    if (duplicate) frame.duplicate = 1;
    handed.session.output.write(frame);
    const outcome = duplicate ? 'repeat' : 'accepted';
    this.#around.recorder.answered(handed.trace, outcome, placed.position, this.#nowMs);
  }

  #refuse(
    { command, session, trace, refusal, owner }: Refusable,
    verdict: Verdict & { is: 'refused' },
  ): void {
    // Else those that only wait behind an earlier one would leave nothing of the rate to that one.
    if (PASSING.has(verdict.code) && !refusal) owner?.comesAgain();
    this.#around.refused.add(1, verdict.code);
    const frame: Refused = {
      type: 'refused',
      conversation: command.conversation,
      number: command.number,
      code: verdict.code,
      id: command.id,
    };
    if (verdict.detail !== undefined) frame.detail = verdict.detail;
    if (verdict.expected !== undefined) frame.expected = verdict.expected;
    this.#echo(command, frame);
    if (PASSING.has(verdict.code)) frame.retryAfterMs = this.#around.limits.retryAfter;
    session.output.write(frame);
    this.#around.recorder.answered(trace, verdict.code, 0, this.#nowMs);
  }

  /** Says which sending it answers. */
  #echo({ attempt }: { readonly attempt?: number }, frame: Accepted | Refused): void {
    if (attempt === undefined) return;
    frame.attempt = attempt;
    if (attempt > 1) this.#around.retried.add();
  }
}
