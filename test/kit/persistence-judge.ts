/**
 * Asks a store for every sentence of the contract's `persistence.ts` and `ownership.ts`. A plugin's
 * test is this one call; whether what is kept outlives a power cut is the plugin's own to show.
 */
import { APPEND_CASES } from './persistence-append-cases.ts';
import { BESIDE_CASES } from './persistence-beside-cases.ts';
import { Bench, type Cases, type Shelf } from './persistence-bench.ts';
import { LIFE_CASES } from './persistence-life-cases.ts';
import { OWNERSHIP_CASES } from './persistence-ownership-cases.ts';
import { PEOPLE_CASES } from './persistence-people-cases.ts';
import { READ_CASES } from './persistence-read-cases.ts';
import { RETIRE_CASES } from './persistence-retire-cases.ts';
import { SHARD_CASES } from './persistence-shard-cases.ts';
import { TAKING_CASES } from './persistence-taking-cases.ts';
import { judgeComponent } from './component-judge.ts';
import { afterEach, beforeEach, describe, it } from './runner.ts';

export type { Shelf } from './persistence-bench.ts';

export interface PersistenceCase {
  readonly name: string;
  /** Makes a place for data, empty; once per test. Its store has at least four shards. */
  make(): Promise<Shelf> | Shelf;
  /** Its shelves have `openBeside`: asks also for what nodes rely on that share a store. */
  readonly together?: boolean;
}

type Begin = (bench: Bench) => Promise<void>;
const opened: Begin = (bench) => bench.open();
/** With nobody's shards taken. */
const started: Begin = (bench) => bench.start();

function judgeCases(judged: PersistenceCase, title: string, cases: Cases, begin = opened): void {
  describe(`${judged.name}: ${title}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await judged.make());
      await begin(bench);
    });
    afterEach(() => bench.destroy());
    for (const [sentence, ask] of Object.entries(cases)) it(sentence, () => ask(bench));
  });
}

function judgeLifecycle(judged: PersistenceCase): void {
  let shelf: Shelf | undefined;
  judgeComponent({
    name: judged.name,
    prepare: async () => {
      shelf = await judged.make();
    },
    make: () => shelf!.open(),
    clean: () => shelf?.destroy(),
  });
}

export function judgePersistence(judged: PersistenceCase): void {
  judgeLifecycle(judged);
  judgeCases(judged, 'append', APPEND_CASES);
  judgeCases(judged, 'reading', READ_CASES);
  judgeCases(judged, 'shards', SHARD_CASES);
  judgeCases(judged, 'retiring bodies', RETIRE_CASES);
  judgeCases(judged, 'people', PEOPLE_CASES);
  judgeCases(judged, 'life', LIFE_CASES);
  judgeCases(judged, 'ownership', OWNERSHIP_CASES, started);
  judgeCases(judged, 'taking shards', TAKING_CASES, started);
  if (judged.together === true) judgeCases(judged, 'used by two', BESIDE_CASES, started);
}
