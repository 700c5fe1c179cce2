/** Findings of several stages as one; of the histories, that in which something was wrong. */
import type { Findings } from '../fault-rig.ts';

export function joined(all: readonly Findings[]): Findings {
  const sum = (of: (one: Findings) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  const picture = all.find((one) => one.picture)?.picture;
  return {
    ...(picture && { picture }),
    accepted: sum(({ accepted }) => accepted),
    repeated: sum(({ repeated }) => repeated),
    violations: all.flatMap(({ violations }) => violations),
    history: all.find(({ violations }) => violations.length > 0)?.history ?? [],
    takeovers: all.flatMap(({ takeovers = [] }) => takeovers),
  };
}
