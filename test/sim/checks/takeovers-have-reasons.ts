/**
 * P12: no takeover without a fault. Where nothing befalls the nodes but short stalls and clocks
 * that jump, the owner changes no more often than an operator asked for it. Who has only just come
 * cannot tell that the store's clock jumped, and may take a lease for over.
 */
import type { History, Violation } from '../history.ts';
import type { Taken } from '../node-history.ts';
import { eventsOf } from './reading.ts';

/** Looks of a life, after which it would have noticed a jump. */
const LOOKS = 2;

export function takeoversHaveReasons(history: History): readonly Violation[] {
  if (eventsOf(history, 'configured').at(0)?.steady !== true) return [];
  let asked = 0;
  let owner: Taken | undefined;
  let jumped = false;
  /** By life of a node. */
  const looks = new Map<number, number>();
  const violations: Violation[] = [];
  for (const event of history) {
    if (event.type === 'switching') asked += 1;
    if (event.type === 'clock-jumped') jumped = true;
    if (event.type === 'looked') looks.set(event.life, (looks.get(event.life) ?? 0) + 1);
    if (event.type !== 'taken') continue;
    const last = owner;
    owner = event;
    if (last === undefined || last.life === event.life) continue;
    if (jumped && (looks.get(event.life) ?? 0) <= LOOKS) continue;
    asked -= 1;
    if (asked >= 0) continue;
    const why = `life ${event.life} took over from life ${last.life}, and nothing had happened`;
    violations.push({ promise: 'P12', why, events: [last, event] });
  }
  return violations;
}
