/** A consumer of the simulated world: an effect is an event of the history. */
import {
  definePlugin,
  ImError,
  type Attempt,
  type Consumer,
  type Entry,
  type Plugin,
} from 'im-kernel/contract';
import type { Ailments } from './ailments.ts';
import { lotOf, type ConsumerPlan } from './effects-plan.ts';
import type { HistoryRecorder } from './history.ts';
import type { Life } from './life.ts';
import type { Consumed } from './node-history.ts';
import type { Prng } from './prng.ts';
import { seenOf } from './store/ledger.ts';
import type { Situations } from './situations.ts';

export interface SimConsumerParts {
  readonly plan: ConsumerPlan;
  readonly life: Life;
  /** Which life of the node it is. */
  readonly lifeNumber: number;
  readonly log: () => string;
  readonly prng: Prng;
  readonly ailments: Ailments;
  readonly recorder: HistoryRecorder;
  readonly situations: Situations;
}

type Outcome = Consumed['outcome'];
/** How far a slow effect is past its time limit at most, as a multiple of it. */
const SLOWNESS = 3;

class SimConsumer implements Consumer {
  readonly #parts: SimConsumerParts;

  constructor(parts: SimConsumerParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }

  async consume(entry: Entry, { attempt, signal }: Attempt): Promise<void> {
    const { plan, lifeNumber, recorder, log } = this.#parts;
    const where = { consumer: plan.name, life: lifeNumber, log: log() };
    recorder.add({ type: 'consuming', ...where, entry: seenOf(entry), attempt });
    const outcome = await this.#effect(entry, signal);
    const { conversation, position } = entry;
    recorder.add({ type: 'consumed', ...where, conversation, position, attempt, outcome });
    this.#parts.situations.add(`consumer: ${outcome}`);
    if (outcome === 'undeliverable')
      throw new ImError('IM_CONSUMER_UNDELIVERABLE', { why: 'the consumer will not have it' });
    if (outcome !== 'done') throw new Error('the consumer is ill');
  }

  /** Never resolves if the process dies meanwhile: upon the effect, perhaps. */
  #effect(entry: Entry, signal: AbortSignal): Promise<Outcome> {
    const { plan, life, prng, ailments } = this.#parts;
    const trouble = ailments.of(plan.name);
    const lateMs = trouble === 'slow' ? prng.next() * plan.timeLimit * SLOWNESS : 0;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const cancel =
      trouble === 'hangs'
        ? undefined
        : life.after(prng.exponential(plan.effectMs) + lateMs, () => {
            const outcome = trouble === 'throws' ? 'failed' : this.#fate(entry);
            if (life.act()) resolve(outcome);
          });
    signal.addEventListener('abort', () => {
      cancel?.();
      if (life.alive) resolve('cut');
    });
    return promise;
  }

  #fate({ id }: Entry): Outcome {
    const { name, undeliverable, poisonous } = this.#parts.plan;
    const lot = lotOf(name, id);
    if (lot < undeliverable) return 'undeliverable';
    return lot > 1 - poisonous ? 'failed' : 'done';
  }
}

export function simConsumer(parts: SimConsumerParts): Plugin<'consumer'> {
  return definePlugin({
    contract: 1,
    role: 'consumer',
    type: 'simulated',
    summary: 'A consumer of the simulated world.',
    stability: 'experimental',
    config: {},
    create: () => new SimConsumer(parts),
  });
}
