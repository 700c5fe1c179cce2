/**
 * P12: no takeover without a fault. Where nothing befalls the nodes but short stalls and clocks
 * that jump, the owner changes no more often than an operator asked for it.
 */
import type { History, Violation } from '../history.ts';
import type { Taken } from '../node-history.ts';
import { eventsOf } from './reading.ts';

export function takeoversHaveReasons(history: History): readonly Violation[] {
  if (eventsOf(history, 'configured').at(0)?.steady !== true) return [];
  let asked = 0;
  let owner: Taken | undefined;
  const violations: Violation[] = [];
  for (const event of history) {
    if (event.type === 'switching') asked += 1;
    if (event.type !== 'taken') continue;
    const last = owner;
    owner = event;
    if (last === undefined || last.life === event.life) continue;
    asked -= 1;
    if (asked >= 0) continue;
    const why = `life ${event.life} took over from life ${last.life}, and nothing had happened`;
    violations.push({ promise: 'P12', why, events: [last, event] });
  }
  return violations;
}
