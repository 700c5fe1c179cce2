/** Looks into a node: its counters while it runs; then its dead letters, cursors and marks. */
import type { Persistence } from 'im-kernel/contract';
import type { Node } from '../../core/assembly/node.ts';
import type { MetricSnapshot } from '../../core/kernel/metrics.ts';
import { DeadLetters } from '../../core/path/dead-letters.ts';
import type { History } from './history.ts';
import type { SeenCursor, SeenMarks } from './node-history.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

const EVERY_MS = 250;
const LETTERS = 10_000;

/** Counters and gauges by name and instance; a counter's labels one by one as well. */
function valuesOf(snapshot: readonly MetricSnapshot[]): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const one of snapshot) {
    if (one.kind === 'histogram') continue;
    const name = one.instance === '' ? one.name : `${one.name} ${one.instance}`;
    values[name] = one.value;
    if (one.kind !== 'counter') continue;
    for (const [label, value] of Object.entries(one.labels)) values[`${name} ${label}`] = value;
  }
  return values;
}

/** True while a consumer has entries before it. */
export function consumersBehind(node: Node): boolean {
  const behind = node.metrics.snapshot().filter(({ name }) => name === 'consumer_shards_behind');
  return behind.some((one) => one.kind === 'gauge' && one.value > 0);
}

export class NodeWatch {
  readonly #world: World;
  readonly #nodes: readonly SimNode[];

  constructor(world: World, nodes: readonly SimNode[]) {
    this.#world = world;
    this.#nodes = nodes;
    this.#again();
  }

  /** Looks once more; `quiet`: when nothing is under way anywhere. */
  look(quiet: boolean): void {
    for (const { running, lifeNumber: life, serves } of this.#nodes) {
      if (running === undefined || (quiet && !serves)) continue;
      const values = valuesOf(running.metrics.snapshot());
      this.#world.recorder.add({ type: 'counted', life, quiet, values });
    }
  }

  /** What stands beside the log, after the node has stopped: cursors, marks and dead letters. */
  async readBack(history: History): Promise<void> {
    const store = await this.#world.shelf.cold();
    await this.#readLetters(store);
    await this.#readPlaces(store, history);
  }

  async #readLetters({ log, register }: Persistence): Promise<void> {
    const { recorder, plan } = this.#world;
    for (const { name: consumer } of plan.effects.consumers) {
      const page = await new DeadLetters(register, consumer).list(undefined, LETTERS);
      const letters = page.letters.map(({ conversation, position }) => ({
        conversation,
        position,
      }));
      recorder.add({ type: 'set-aside', consumer, log, letters });
    }
  }

  async #readPlaces(store: Persistence, history: History): Promise<void> {
    const { recorder, plan } = this.#world;
    const { log } = store;
    const cursors: SeenCursor[] = [];
    const marks: SeenMarks[] = [];
    for (const conversation of conversationsOf(history, log)) {
      const record = await store.loadConversation(conversation);
      for (const [user, mark] of record?.marks ?? []) marks.push({ conversation, user, ...mark });
      for (const { user, device } of plan.devices) {
        const { cursor } = await store.loadCursor(conversation, user, device);
        cursors.push({ conversation, user, device, cursor });
      }
    }
    recorder.add({ type: 'standing', log, cursors, marks });
    this.#world.failures.push(...this.#world.readings.lost(log, marks));
  }

  #again(): void {
    this.#world.clock.after(EVERY_MS, 'judge', () => {
      this.look(false);
      this.#again();
    });
  }
}

function conversationsOf(history: History, log: string): ReadonlySet<string> {
  const kept = history.filter((event) => event.type === 'kept' && event.log === log);
  return new Set(kept.map((event) => (event.type === 'kept' ? event.entry.conversation : '')));
}
