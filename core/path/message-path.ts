/**
 * The way of a message, whole: what a batch of commands goes through from its lane to its readers.
 * Nothing is answered that is not kept, and nothing is delivered before it is answered.
 */
import type { ChatRules } from '../chat/rules.ts';
import { judge } from '../chat/judge.ts';
import type { Draft } from '../chat/draft.ts';
import { ImError, type Clock } from '../contract/index.ts';
import type { Answers } from './answers.ts';
import type { Fanout } from './fanout.ts';
import { UNSEEN, type Guarding, type Looks } from './guarding.ts';
import type { Handed } from './handed.ts';
import type { Fates, Judged } from './judged.ts';
import { entriesOf, type Attempt, type Keeping } from './keeping.ts';
import type { Placement } from './placement.ts';
import type { Drafts, Recall } from './recall.ts';
import type { RecentAnswers } from './recent-answers.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly rules: ChatRules;
  readonly recall: Recall;
  readonly guarding: Guarding;
  readonly placement: Placement;
  readonly keeping: Keeping;
  readonly answers: Answers;
  readonly fanout: Fanout;
  readonly recent: RecentAnswers;
}

/** A batch that meets a stale state is planned again this often, then told to come back. */
const PLANS_MAX = 4;

export class MessagePath {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /**
   * Resolves when every command of the batch has its answer. Rejects only if the log cannot be
   * trusted. `held` is called each time that the batch has waited for the store in vain.
   */
  async travel(batch: readonly Handed[], held: () => void): Promise<void> {
    let rest = batch;
    const looks: Looks = new Map();
    for (let plan = 1; rest.length > 0; plan += 1) {
      rest = await this.#pass(rest, looks, { mayPlanAgain: plan < PLANS_MAX, held });
    }
  }

  /** One plan of a batch; returns the commands that must be planned again. */
  async #pass(
    batch: readonly Handed[],
    looks: Looks,
    attempt: Attempt,
  ): Promise<readonly Handed[]> {
    const { recall, guarding, placement, keeping, answers, fanout, recent } = this.#around;
    const drafts = await this.#orRefuse(batch, () => recall.open(batch));
    if (!drafts) return [];
    try {
      if (!guarding.idle) await guarding.look(batch, drafts, looks);
      const { judged, unplaced } = await placement.place(this.#judge(batch, drafts, looks), drafts);
      answers.give(unplaced, busy(unplaced));
      const entries = entriesOf(judged);
      const fates = await keeping.keep(entries, drafts, attempt);
      const kept = entries.filter(({ shard }) => fates.get(shard) === 'kept');
      const changed = fanout.merge(kept, drafts);
      const again = answers.give(judged, fates);
      fanout.deliver(changed);
      if (!recent.idle) recent.note(kept.map(({ entry }) => entry));
      return again;
    } finally {
      recall.close(drafts);
    }
  }

  /** The store is away before anything was judged: the whole batch must come again. */
  async #orRefuse(
    batch: readonly Handed[],
    run: () => Promise<Drafts>,
  ): Promise<Drafts | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      for (const handed of batch) this.#around.answers.refuseForNow(handed, 'busy');
      return undefined;
    }
  }

  #judge(batch: readonly Handed[], drafts: Drafts, looks: Looks): readonly Judged[] {
    const { rules, clock, guarding } = this.#around;
    const nowMs = clock.now();
    return batch.map((handed) => {
      const draft = drafts.get(handed.command.conversation) as Draft;
      const look = guarding.idle ? undefined : (looks.get(handed) ?? UNSEEN);
      const verdict = judge(handed, draft, rules, nowMs, look?.refusal);
      return { handed, draft, verdict, content: look?.content };
    });
  }
}

function busy(judged: readonly Judged[]): Fates {
  return new Map(judged.map(({ handed }) => [handed.shard, { refuse: 'busy' }]));
}
