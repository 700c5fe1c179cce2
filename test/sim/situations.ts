/** Counts of what came about: a simulator that never reaches a situation does not test it. */

/** Every situation that some seed has to reach. */
export const SITUATIONS = [
  'repeat answered',
  'delivered again',
  'delivered without its body',
  'session replaced',
  'window of commands full',
  'window of deliveries full',
  'numbers given anew',
  'passing refusal',
  'final refusal',
  'log changed',
  'history asked',
  'frame cut in the middle',
  'connection refused',
  'connection timed out',
  'output held back',
  'write under way at a crash was kept',
  'write under way at a crash was lost',
  'write under way at a crash was torn',
  'power cut before a sync',
  'torn tail cut off',
  'recovery cut short',
  'write to the disk failed',
  'sync of the disk failed',
  'disk full',
  'database crashed',
  'node failed for its store and came back',
  'node did not start for its store and came back',
  'append of unknown fate was kept',
  'append of unknown fate was lost',
  'append of unknown fate came late',
  'append refused by the store',
  'device that came later',
  'client lost its memory',
  'client kept its memory',
  'outbox write lost in a crash',
  'node stopped in order',
  'guard: allow',
  'guard: change',
  'guard: refuse',
  'guard: failed',
  'consumer: done',
  'consumer: failed',
  'consumer: cut',
  'consumer: undeliverable',
  'client sent elsewhere',
  'owner stepped back',
  'shards taken over',
  'owner changed as planned',
  'planned change refused',
  'taken over by an operator',
  'takeover refused',
  'node suspected',
  'suspect passed over',
  'database clock set ahead',
  'database clock set back',
  'another sequencer came',
  'another sequencer was fenced',
  'the node’s sequencer was fenced',
] as const;
export type Situation = (typeof SITUATIONS)[number];

export class Situations {
  readonly #counts = new Map<Situation, number>();

  add(situation: Situation, by = 1): void {
    this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + by);
  }

  of(situation: Situation): number {
    return this.#counts.get(situation) ?? 0;
  }

  merge(other: Situations): void {
    for (const [situation, count] of other.#counts) this.add(situation, count);
  }
}
