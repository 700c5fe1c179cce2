/** What takeovers were like for clients, in the figures of RELIABILITY.md. */
import type { Violation } from '../../sim/history.ts';
import type { Findings, Takeover } from '../fault-rig.ts';

export interface Survival {
  readonly name: string;
  readonly takeovers: readonly Takeover[];
  readonly violations: readonly Violation[];
  readonly picture: Findings['picture'];
}

/** The promises that say so, when they are broken. */
const LOST = new Set(['P1', 'P7', 'P9', 'consumers']);
const REPEATED = new Set(['P3']);
const OUT_OF_ORDER = new Set(['P4', 'P5', 'P6', 'ordering']);

export const FIGURES_HEAD = [
  'rig (times in ms: p50, most)',
  'takeovers',
  'until the new owner answered',
  'nobody was answered',
  'one client heard nothing',
  'commands in flight',
  'lost',
  'repeated',
  'out of order',
];

export function figuresRow({ name, takeovers, violations }: Survival): readonly string[] {
  const spanOf = (of: (one: Takeover) => number): string => {
    const values = takeovers.map(of).toSorted((a, b) => a - b);
    const at = (index: number): number => Math.round(values[index] ?? 0);
    return `${at(Math.floor((values.length - 1) / 2))}, ${at(values.length - 1)}`;
  };
  const broken = (promises: ReadonlySet<string>): string =>
    String(violations.filter(({ promise }) => promises.has(promise)).length);
  return [
    name,
    String(takeovers.length),
    spanOf(({ answeredMs }) => answeredMs),
    spanOf(({ pauseMs }) => pauseMs),
    spanOf(({ silenceMs }) => silenceMs),
    spanOf(({ inFlight }) => inFlight),
    broken(LOST),
    broken(REPEATED),
    broken(OUT_OF_ORDER),
  ];
}
