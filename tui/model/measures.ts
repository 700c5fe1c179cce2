/** What is measured each second, for sparklines, by the name of the measure. */
import type { OrderingView, Overview } from '../../core/admin/protocol/index.ts';
import { sampled, type Ring } from './history.ts';
import { ageMs, nodeOf, type Link } from './link.ts';

type Rings = ReadonlyMap<string, Ring>;

export function measured(
  rings: Rings,
  { rates, queue, loopDelayMs }: Overview,
  now: number,
): Rings {
  return withAll(rings, Object.entries({ ...rates, queue, loopDelayMs }), now);
}

/** How long each member has been silent, for a minute; and gaps where a rate is unknown. */
export function silences(rings: Rings, links: readonly Link[], now: number): Rings {
  const ages = links.map((link) => {
    const age = link.heardAt === undefined ? undefined : ageMs(link, now);
    return [`silence ${nodeOf(link)}`, age] as const;
  });
  return withAll(rings, ages, now);
}

const ORDERING = 'ordering ';

/** The name of the measure of a gauge; without one, of how long readers hold. */
export function orderingRing(kind: string, gauge = ''): string {
  return `${ORDERING}${kind} ${gauge}`;
}

/** What moves in an ordering. What it does not tell any more is forgotten. */
export function held(rings: Rings, { kinds }: OrderingView, now: number): Rings {
  const values = kinds.flatMap(({ kind, holdMs, metrics }) => [
    [orderingRing(kind), holdMs] as const,
    ...metrics
      .filter((metric) => metric.kind === 'gauge')
      .map(({ name, value }) => [orderingRing(kind, name), value] as const),
  ]);
  const told = new Set<string>(values.map(([name]) => name));
  const kept = [...rings].filter(([name]) => !name.startsWith(ORDERING) || told.has(name));
  return withAll(new Map(kept), values, now);
}

function withAll(
  rings: Rings,
  values: Iterable<readonly [name: string, value: number | undefined]>,
  now: number,
): Rings {
  const next = new Map(rings);
  for (const [name, value] of values) next.set(name, sampled(next.get(name), now, value));
  return next;
}
