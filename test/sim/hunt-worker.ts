/** A thread that hunts mutants: each message names one, each answer says how long it lived. */
import { parentPort } from 'node:worker_threads';
import { seedsToNotice, SEEDS_AT_MOST } from './hunt.ts';
import { MUTANTS } from './mutants/index.ts';

export interface HuntJob {
  readonly name: string;
  /** The seed to begin with. */
  readonly first: number;
}

parentPort?.on('message', ({ name, first }: HuntJob) => {
  const mutant = MUTANTS[name];
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  // What it throws ends the thread, and whoever waits for it is told.
  void seedsToNotice(mutant, first, SEEDS_AT_MOST).then((seeds) => parentPort?.postMessage(seeds));
});
