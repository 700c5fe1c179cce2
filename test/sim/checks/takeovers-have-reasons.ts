/**
 * P12: no takeover without a fault. Where nothing befalls the nodes but short stalls and clocks
 * that jump, the owner changes no more often than an operator asked for it; under the policy
 * `manual`, whatever befalls them, no other node follows more often than that. Who has only just
 * come cannot tell that the store's clock jumped, and may take a lease for over.
 */
import type { History, Violation } from '../history.ts';
import type { Taken } from '../node-history.ts';
import { eventsOf } from './reading.ts';

/** Looks of a life, after which it would have noticed a jump. */
const LOOKS = 2;

class Owners {
  readonly #nodes = new Map<number, string | undefined>();
  readonly #looks = new Map<number, number>();
  #last: Taken | undefined;
  #asked = 0;
  #jumped = false;

  note(event: History[number]): void {
    if (event.type === 'switching') this.#asked += 1;
    else if (event.type === 'clock-jumped') this.#jumped = true;
    else if (event.type === 'looked') this.#looks.set(event.life, this.#looksOf(event.life) + 1);
    else if (event.type === 'node' && event.what === 'started')
      this.#nodes.set(event.life ?? 0, event.node);
  }

  /** The owner that was followed without a reason; `steady`: not even by itself. */
  followed(event: Taken, steady: boolean): Taken | undefined {
    const last = this.#last;
    this.#last = event;
    if (last === undefined || last.life === event.life) return undefined;
    if (steady && this.#jumped && this.#looksOf(event.life) <= LOOKS) return undefined;
    if (!steady && this.#nodes.get(last.life) === this.#nodes.get(event.life)) return undefined;
    this.#asked -= 1;
    return this.#asked < 0 ? last : undefined;
  }

  #looksOf(life: number): number {
    return this.#looks.get(life) ?? 0;
  }
}

export function takeoversHaveReasons(history: History): readonly Violation[] {
  const { steady = false, manual = false } = eventsOf(history, 'configured').at(0) ?? {};
  if (!steady && !manual) return [];
  const owners = new Owners();
  const violations: Violation[] = [];
  for (const event of history) {
    owners.note(event);
    const last = event.type === 'taken' ? owners.followed(event, steady) : undefined;
    if (last === undefined || event.type !== 'taken') continue;
    const why = `life ${event.life} took over from life ${last.life}, and nothing had happened`;
    violations.push({ promise: 'P12', why, events: [last, event] });
  }
  return violations;
}
