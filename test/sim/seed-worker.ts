/** A thread that plays seeds: each message is a list of them, each answer what came of it. */
import { parentPort } from 'node:worker_threads';
import { mutantNamed } from './mutants/index.ts';
import { describeFailure } from './report.ts';
import { runSeed, type SeedReport } from './run-seed.ts';
import { Tally, type Tallied } from './tally.ts';

export interface SeedJob {
  readonly seeds: readonly number[];
  readonly mutant: string | undefined;
}

export interface Played {
  readonly tallied: Tallied;
  /** The report of the first seed that broke a promise, behind which none was played. */
  readonly failure: string | undefined;
}

/** Plays it a second time: the same seed leaves the same trace. */
async function withTwin(report: SeedReport, mutant: string | undefined): Promise<SeedReport> {
  const { seed, hash } = report;
  const twin = await runSeed({ seed, ...mutantNamed(mutant) });
  if (twin.hash === hash) return report;
  const why = `the trace is ${hash}, and ${twin.hash} the second time`;
  return { ...report, violations: [{ promise: 'determinism', why, events: [] }] };
}

/** The first of them is played twice. */
async function play({ seeds, mutant }: SeedJob): Promise<Played> {
  const tally = new Tally();
  for (const [index, seed] of seeds.entries()) {
    let report = await runSeed({ seed, ...mutantNamed(mutant) });
    tally.add(report);
    if (index === 0 && report.violations.length === 0) report = await withTwin(report, mutant);
    if (report.violations.length > 0)
      return { tallied: tally.told, failure: describeFailure(report, mutant) };
  }
  return { tallied: tally.told, failure: undefined };
}

parentPort?.on('message', (job: SeedJob) => {
  // What it throws ends the thread, and whoever waits for it is told.
  void play(job).then((played) => parentPort?.postMessage(played));
});
