/**
 * Recent answers in a cache outside of the node, asked before the store is. The cache is believed
 * only in what is sealed, waited for no longer than `timeLimit`, and left alone after a failure;
 * whatever it does, the store has the last word, and nothing is lost but speed.
 */
import {
  ImError,
  reasonOf,
  type AnswerCache,
  type Clock,
  type Counter,
  type Entry,
  type Health,
  type Histogram,
  type Log,
  type Persistence,
  type Random,
  type SenderKey,
} from '../contract/index.ts';
import type { AnswersSettings } from '../config/role-settings.ts';
import type { Placed } from '../chat/sender.ts';
import type { Seal } from '../kernel/seal.ts';
import { settledWithin } from '../kernel/within.ts';
import { AnswerPuts } from './answer-puts.ts';
import { Breaker } from './breaker.ts';
import { answerKey, answerSecret, called, unsealAnswer } from './sealed-answer.ts';

/** A cache as it stands in the configuration. */
export interface Cached {
  readonly cache: AnswerCache;
  readonly settings: AnswersSettings;
  readonly report: {
    /** Answers looked for, by what came of it. */
    readonly looks: Counter;
    /** Answers to be handed over, by what became of them. */
    readonly puts: Counter;
    readonly recallMs: Histogram;
    readonly log: Log;
    pending(read: () => number): void;
    health(health: Health): void;
  };
}

interface Surroundings {
  readonly cached: Cached | undefined;
  readonly persistence: Persistence;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealWith: (secret: string) => Seal;
}

/** An answer that is looked for. */
export interface Wanted {
  readonly sender: SenderKey;
  readonly number: number;
  /** The conversation's last position: an answer beyond it is none of this log. */
  readonly lastPosition: number;
}

/** What is there while the cache is in use. */
interface InUse {
  readonly cached: Cached;
  readonly log: string;
  readonly seal: Seal;
  readonly breaker: Breaker;
  readonly puts: AnswerPuts;
}

type NoAnswer = 'timed-out' | 'failed' | 'left-alone';

export class RecentAnswers {
  readonly #around: Surroundings;
  #inUse: InUse | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
    around.cached?.report.pending(() => this.#inUse?.puts.length ?? 0);
  }

  /** True: there is nobody to ask or to tell. */
  get idle(): boolean {
    return this.#inUse === undefined;
  }

  /** Once the store runs. Rejects as the store does. */
  async open(): Promise<void> {
    const { cached, persistence, clock, random, sealWith } = this.#around;
    if (!cached) return;
    if (persistence.guarantees.durability === 'process') {
      // It could forget what it acknowledged and keep its name: old answers would fit again.
      return warn(cached, new ImError('IM_ANSWERS_UNUSED', { durability: 'process' }));
    }
    const { log } = persistence;
    const seal = sealWith(await answerSecret(persistence.register, random));
    const { suspension: suspensionMs } = cached.settings;
    const changed = (why: string | undefined): void => tell(cached, why);
    const breaker = new Breaker({ clock, suspensionMs, changed });
    const puts = new AnswerPuts({ cached, breaker, clock, log, seal });
    this.#inUse = { cached, log, seal, breaker, puts };
  }

  async close(): Promise<void> {
    const puts = this.#inUse?.puts;
    this.#inUse = undefined;
    await puts?.close();
  }

  /** These are in the log. Takes no time of the path. */
  note(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#inUse?.puts.add(entries);
  }

  /** In the same sequence; undefined: ask the store. Within `timeLimit`; never rejects. */
  async recall(wanted: readonly Wanted[]): Promise<readonly (Placed | undefined)[]> {
    const inUse = this.#inUse;
    if (!inUse) return wanted.map(() => undefined);
    const keys = wanted.map(({ sender, number }) => answerKey(inUse.log, sender, number));
    const found = await this.#ask(inUse, keys);
    if (typeof found === 'string') {
      inUse.cached.report.looks.add(wanted.length, found);
      return wanted.map(() => undefined);
    }
    return wanted.map(({ lastPosition }, at) => {
      const value = found[at];
      const placed = unsealAnswer(keys[at] as string, value, inUse.seal);
      const fits = placed !== undefined && placed.position <= lastPosition;
      const none = value === undefined ? 'miss' : 'unfit';
      inUse.cached.report.looks.add(1, fits ? 'hit' : none);
      return fits ? placed : undefined;
    });
  }

  async #ask(
    { cached, breaker }: InUse,
    keys: readonly string[],
  ): Promise<readonly unknown[] | NoAnswer> {
    const { clock } = this.#around;
    if (!breaker.enter()) return 'left-alone';
    const { timeLimit } = cached.settings;
    const startedMs = clock.monotonic();
    const work = called(() => cached.cache.recall(keys));
    if (!(await settledWithin(clock, timeLimit, work))) {
      breaker.failed(`no answer within ${timeLimit} ms`);
      return 'timed-out';
    }
    try {
      const found: unknown = await work;
      if (!Array.isArray(found) || found.length !== keys.length) {
        throw new Error('it did not answer with one value for each key');
      }
      cached.report.recallMs.record(clock.monotonic() - startedMs);
      breaker.worked();
      return found as readonly unknown[];
    } catch (error) {
      breaker.failed(reasonOf(error));
      return 'failed';
    }
  }
}

function tell(cached: Cached, why: string | undefined): void {
  if (why !== undefined) return warn(cached, new ImError('IM_ANSWERS_FAILING', { why }));
  cached.report.log.info('the cache of answers is asked again');
  cached.report.health({ state: 'running' });
}

function warn({ report }: Cached, error: ImError): void {
  report.log.warn(error.message, { code: error.code, act: error.act });
  report.health({ state: 'degraded', why: error.message, error });
}
