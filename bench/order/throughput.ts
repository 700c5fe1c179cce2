/** What the modes cost in throughput: the chat on the same server, once with each of them. */
import { runChat } from '../run-chat.ts';
import { runWork } from '../run-work.ts';
import { withSystem } from '../system.ts';
import type { Workload } from '../workload.ts';
import sequencer from '../works/sequencer.ts';
import { round } from '../works/work.ts';

const ROUNDS = 3;
const QUICK_ROUNDS = 2;
const BESIDE = 'central-sequencer, its own process';
const BASE = 'conversation-owner';

/** By mode, the system that has it. */
const systems: Readonly<Record<string, string>> = {
  [BASE]: 'im',
  'central-sequencer': 'im-central',
  [BESIDE]: 'im-seq',
  fixed: 'im-fixed',
  p99: 'im-p99',
  lateness: 'im-lateness',
};

export interface Throughput {
  /** The best round's. */
  readonly 'messages/s': number;
  /** By how much the second best is below it: what else the machine did. */
  readonly 'spread %': number;
  /** Less than `conversation-owner`; below 0: more. */
  readonly 'cost %': number;
}

export interface Speeds {
  readonly modes: Readonly<Record<string, Throughput>>;
  readonly besideCostPercent: number;
  /** The widest of all modes. */
  readonly spreadPercent: number;
  /** Of one sequencer to four servers. */
  readonly numbersPerSecond: number;
  /** Messages lost, repeated or disordered, and numbers given twice. */
  readonly wrong: number;
}

/**
 * Round after round, each mode in turn. The best round of a mode counts, since what else the
 * machine does only ever takes away.
 */
export async function measureSpeeds(quick: boolean): Promise<Speeds> {
  const workload: Workload = {
    pairs: 50,
    window: 32,
    bodyBytes: 200,
    warmUpMs: 1_000,
    measureMs: quick ? 2_000 : 3_000,
  };
  const rates = new Map<string, number[]>();
  let wrong = 0;
  for (let turn = 0; turn < (quick ? QUICK_ROUNDS : ROUNDS); turn += 1) {
    for (const [mode, system] of Object.entries(systems)) {
      const { row } = await runChat(system, workload);
      rates.set(mode, [...(rates.get(mode) ?? []), row['messages/s']]);
      wrong += row.lost + row.repeated + row.disordered;
    }
  }
  const modes = costs(rates);
  const numbers = await withSystem('sequencer', (system) =>
    runWork('sequencer', sequencer, system, quick),
  );
  return {
    modes,
    besideCostPercent: modes[BESIDE]?.['cost %'] ?? Infinity,
    spreadPercent: Math.max(...Object.values(modes).map((mode) => mode['spread %'])),
    numbersPerSecond: numbers['numbers/s'] ?? 0,
    wrong: wrong + (numbers['repeated'] ?? 0),
  };
}

/** `rates`: by mode, of each round. */
export function costs(rates: ReadonlyMap<string, readonly number[]>): Record<string, Throughput> {
  const whole = Math.max(...(rates.get(BASE) ?? []));
  const rows = [...rates].map(([mode, rounds]) => {
    const [best = 0, second = 0] = rounds.toSorted((a, b) => b - a);
    const figures = {
      'messages/s': best,
      'spread %': round(100 * (1 - second / best), 1),
      'cost %': round(100 * (1 - best / whole), 1),
    };
    return [mode, figures] as const;
  });
  return Object.fromEntries(rows);
}
