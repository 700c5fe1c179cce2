/**
 * The contract of role `consumer`: each entry of the log comes at least once, those of one
 * conversation one after the other and in sequence, across crashes too; nothing is passed over but
 * what was set aside, and nothing is set aside but what failed for good.
 */
import type { History, Violation } from '../history.ts';
import type { Consumed, Consuming, SetAside } from '../node-history.ts';
import { eventsOf, keyOf, logsOf } from './reading.ts';

/** One consumer's way through one conversation of one log. */
interface Way {
  /** Everything below has had its effect or failed for good. */
  next: number;
  /** By life of a node: of two, one may not know yet that it is the last owner. */
  readonly lives: Map<number, Work>;
  readonly done: Set<number>;
  readonly failed: Set<number>;
}

/** What a life of a node began last, and whether that has ended. */
interface Work {
  begun: Consuming | undefined;
  ended: Consumed | undefined;
}

function newWay(): Way {
  return { next: 1, lives: new Map(), done: new Set(), failed: new Set() };
}

function workOf({ lives }: Way, life: number): Work {
  const work = lives.get(life) ?? { begun: undefined, ended: undefined };
  lives.set(life, work);
  return work;
}

class Ways {
  readonly violations: Violation[] = [];
  readonly #tries: ReadonlyMap<string, number>;
  readonly #ways = new Map<string, Way>();

  constructor(history: History) {
    const consumers = eventsOf(history, 'configured')[0]?.consumers ?? [];
    this.#tries = new Map(consumers.map(({ name, tries }) => [name, tries]));
    for (const event of history) {
      if (event.type === 'consuming') this.#begin(event);
      else if (event.type === 'consumed') this.#end(event);
    }
  }

  of(consumer: string, log: string, conversation: string): Way {
    const key = keyOf(consumer, log, conversation);
    const way = this.#ways.get(key) ?? newWay();
    this.#ways.set(key, way);
    return way;
  }

  #begin(event: Consuming): void {
    const { consumer, log, life, entry } = event;
    const { conversation, position } = entry;
    const way = this.of(consumer, log, conversation);
    const work = workOf(way, life);
    const why = wrongWith(way, work, event);
    if (why !== undefined) {
      const events = work.begun === undefined ? [event] : [work.begun, event];
      const where = `${consumer}: ${conversation} ${position}`;
      this.violations.push({ promise: 'consumers', why: `${where} ${why}`, events });
    }
    Object.assign(work, { begun: event, ended: undefined });
  }

  #end(event: Consumed): void {
    const { consumer, life, log, conversation, position, attempt, outcome } = event;
    const way = this.of(consumer, log, conversation);
    workOf(way, life).ended = event;
    const isLast = attempt >= (this.#tries.get(consumer) ?? Infinity);
    if (outcome === 'done') way.done.add(position);
    else if (outcome === 'undeliverable' || isLast) way.failed.add(position);
    else return;
    while (way.done.has(way.next) || way.failed.has(way.next)) way.next += 1;
  }
}

function wrongWith(way: Way, work: Work, { entry }: Consuming): string | undefined {
  const { next, done, failed } = way;
  const { begun, ended } = work;
  const { position, kind } = entry;
  const settled = done.has(position) || failed.has(position);
  if (kind === 'expired' && !settled) return 'had lost its body before it was taken';
  if (position > next) return `came while ${next} was not done`;
  if (begun === undefined) return undefined;
  if (ended === undefined) return `came while ${begun.entry.position} was in work`;
  const last = begun.entry.position;
  if (position < last) return `came after ${last}, without a start in between`;
  const again = position === last && ended.outcome === 'done';
  return again ? 'came again, without a start in between' : undefined;
}

/** At the end: what had neither its effect nor was set aside, and what was so without need. */
function leftOver(history: History, ways: Ways, final: SetAside): readonly Violation[] {
  const { consumer, log, letters } = final;
  const violations: Violation[] = [];
  const setAside = new Set<string>();
  for (const { conversation, position } of letters) {
    setAside.add(keyOf(conversation, position));
    if (ways.of(consumer, log, conversation).failed.has(position)) continue;
    const why = `${consumer} has set ${conversation} ${position} aside, which did not fail for good`;
    violations.push({ promise: 'consumers', why, events: [final] });
  }
  const drained = logsOf(history).get(log);
  for (const entry of drained?.entries ?? []) {
    const { conversation, position } = entry;
    if (ways.of(consumer, log, conversation).done.has(position)) continue;
    if (setAside.has(keyOf(conversation, position))) continue;
    const why = `${consumer} never took ${conversation} ${position}`;
    const events = [{ type: 'drained', log, last: true, entries: [entry] } as const];
    violations.push({ promise: 'consumers', why, events });
  }
  return violations;
}

export function consumersGetAll(history: History): readonly Violation[] {
  const ways = new Ways(history);
  const finals = eventsOf(history, 'set-aside');
  return [...ways.violations, ...finals.flatMap((final) => leftOver(history, ways, final))];
}
