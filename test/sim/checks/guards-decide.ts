/**
 * The contract of role `guard`: no message stands in the log that a guard did not let pass, and it
 * stands there as the guards made it. A guard that is open may be passed unseen, once it has failed
 * at all.
 */
import type { History, Invoked, SeenEntry, Violation } from '../history.ts';
import type { Configured, Guarded } from '../node-history.ts';
import { eventsOf, keyOf, logsOf } from './reading.ts';

/** What the guards have said, and the bodies that a message may have had on its way. */
export class GuardRecord {
  readonly #guards: Configured['guards'];
  /** By guard, id and the body that was shown. */
  readonly #looks: ReadonlyMap<string, readonly Guarded[]>;
  readonly #failing: ReadonlySet<string>;

  constructor(history: History) {
    const looks = eventsOf(history, 'guarded');
    this.#guards = eventsOf(history, 'configured')[0]?.guards ?? [];
    this.#looks = Map.groupBy(looks, ({ guard, id, from }) => keyOf(guard, id, from));
    const failed = looks.filter(({ verdict }) => verdict === 'failed');
    this.#failing = new Set(failed.map(({ guard }) => guard));
  }

  get idle(): boolean {
    return this.#guards.length === 0;
  }

  /** The bodies that the entry of this message may have; none: it must not have one. */
  outcomesOf({ id, body }: Invoked): ReadonlySet<string> {
    let bodies = new Set([body]);
    for (const guard of this.#guards)
      bodies = new Set([...bodies].flatMap((from) => this.#pass(guard, id, from)));
    return bodies;
  }

  /** What is known of a message's way. */
  looksAt(id: string): readonly Guarded[] {
    return [...this.#looks.values()].flat().filter((look) => look.id === id);
  }

  #pass({ name, open }: Configured['guards'][number], id: string, from: string): string[] {
    const looks = this.#looks.get(keyOf(name, id, from)) ?? [];
    const passed = looks.filter(({ verdict }) => verdict === 'allow' || verdict === 'change');
    const unseen = open && this.#failing.has(name) ? [from] : [];
    return [...passed.map(({ to }) => to), ...unseen];
  }
}

export function guardsDecide(history: History): readonly Violation[] {
  const record = new GuardRecord(history);
  if (record.idle) return [];
  const invoked = new Map(eventsOf(history, 'invoked').map((event) => [event.id, event]));
  const wrong = ({ id, kind, body }: SeenEntry): boolean => {
    const source = invoked.get(id);
    return source !== undefined && kind === 'message' && !record.outcomesOf(source).has(body);
  };
  return [...logsOf(history).values()].flatMap((drained) =>
    drained.entries.filter(wrong).map((entry) => {
      const { conversation, position, id } = entry;
      const why = `${conversation} ${position} is not what the guards made of ${id}, or let pass`;
      const events = [{ ...drained, entries: [entry] }, ...record.looksAt(id)];
      return { promise: 'guards', why, events };
    }),
  );
}
