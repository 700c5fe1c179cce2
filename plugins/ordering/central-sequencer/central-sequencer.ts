/**
 * One total order over everything that a deployment says: every number comes from one sequencer, in
 * this process or in another.
 */
import type { Ordering, OrderingHost, ReaderRule } from 'im-kernel/contract';
import { LinkedSource } from './linked-source.ts';
import { NumberServer } from './number-server.ts';
import { NumberSupply } from './number-supply.ts';
import { Sequencer } from './sequencer.ts';
import type { Settings } from './settings.ts';

export class CentralSequencer implements Ordering {
  readonly rule: ReaderRule;
  readonly #settings: Settings;
  readonly #source: Sequencer | LinkedSource;
  readonly #supply: NumberSupply;
  readonly #server: NumberServer | undefined;

  constructor(settings: Settings, host: OrderingHost) {
    const { block, wait: waitMs, maxAge, maxHold, above, sequencer } = settings;
    const { clock, metrics } = host;
    this.rule = { strategy: 'central-sequencer', holdMs: 0, maxHoldMs: maxHold };
    this.#settings = settings;
    const own = sequencer?.connect
      ? undefined
      : new Sequencer(`sequencer/${host.name}`, above, host);
    this.#source = own ?? new LinkedSource(sequencer as NonNullable<typeof sequencer>, host);
    this.#server = own && sequencer?.listen && new NumberServer(own, sequencer, host);
    const counters = {
      blocks: metrics.counter('sequencer_blocks_total', 'Blocks of numbers that came.'),
      waits: metrics.counter('sequencer_waits_total', 'Batches that waited for numbers.'),
      refused: metrics.counter('sequencer_refused_total', 'Batches that got no numbers.'),
      skipped: metrics.counter(
        'sequencer_skipped_total',
        'Numbers let go: too old, or below a last order.',
      ),
    };
    // Who is alone with the sequencer has all numbers that there are: none of them gets old.
    const maxAgeMs = sequencer ? maxAge : Number.POSITIVE_INFINITY;
    const bounds = { block, waitMs, maxAgeMs };
    this.#supply = new NumberSupply({ source: this.#source, clock, ...bounds, counters });
    metrics.gauge('sequencer_left', 'Numbers in hand.', () => this.#supply.left);
  }

  get addresses(): readonly string[] {
    return this.#server?.addresses ?? [];
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#source.start(signal);
    const listen = this.#settings.sequencer?.listen;
    // Who serves others may never place anything itself.
    if (listen) await this.#server?.start(listen, signal);
    else this.#supply.begin();
  }

  async stop(): Promise<void> {
    this.#supply.stop();
    await this.#server?.stop();
    await this.#source.stop();
  }

  place(
    batch: Parameters<Ordering['place']>[0],
    lastOrder: (conversation: string) => number,
  ): readonly number[] | Promise<readonly number[]> {
    let above = 0;
    for (const { conversation } of batch) above = Math.max(above, lastOrder(conversation));
    return this.#supply.take(batch.length, above);
  }
}
