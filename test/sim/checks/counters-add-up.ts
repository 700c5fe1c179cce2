/**
 * P13: everything is bounded, and nothing is dropped silently. Gauges stay within their bounds, and
 * when nothing is under way the counters of the node agree with what its clients, guards and
 * consumers saw of it.
 */
import type { Actor, Connected, History, Kept, Violation } from '../history.ts';
import type { Counted, Taken } from '../node-history.ts';
import { eventsOf, keyOf } from './reading.ts';

function excesses(history: History): readonly Violation[] {
  const bounds = Object.entries(eventsOf(history, 'configured')[0]?.bounds ?? {});
  return eventsOf(history, 'counted').flatMap((event) =>
    bounds.flatMap(([name, most]) => {
      const value = event.values[name] ?? 0;
      const why = `${name} is ${value}, and its bound ${most}`;
      const shown = { ...event, values: { [name]: value } };
      return value <= most ? [] : [{ promise: 'P13', why, events: [shown] }];
    }),
  );
}

function runOf({ user, device, run }: Actor): string {
  return keyOf(user, device, run);
}

/** Where nobody counts lives, there is one. */
function isOf({ life }: { readonly life?: number }, one: number): boolean {
  return life === undefined || life === one;
}

/** What the world saw of a life of a node, under the names of the counters that tell it. */
class Census {
  readonly #counts = new Map<string, number>();
  /** Connections of this life that are not over: what was sent on each, less what was answered. */
  readonly open = new Map<string, number>();
  readonly #connected = new Set<string>();
  readonly #sessionsOf = new Map<string, string[]>();
  readonly #epochs = new Set<string>();
  readonly #life: number;

  constructor(life: number, history: History) {
    this.#life = life;
    for (const event of history) this.#note(event);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  #note(event: History[number]): void {
    if (event.type === 'connected') this.#connect(event);
    else if (event.type === 'closed') this.open.delete(event.session);
    else if (event.type === 'crashed')
      for (const session of this.#sessionsOf.get(runOf(event)) ?? []) this.open.delete(session);
    else if (event.type === 'sent') this.#balance(event.session, 'sent', 1);
    else if (event.type === 'accepted')
      this.#balance(event.session, event.duplicate ? 'repeated' : 'accepted', -1);
    else if (event.type === 'refused') this.#balance(event.session, 'refused', -1);
    else if (event.type === 'taken') this.#take(event);
    else if (event.type === 'kept') this.#keep(event);
    else if (event.type === 'guarded' && isOf(event, this.#life))
      this.#count(`guard_verdicts_total ${event.guard} ${event.verdict}`);
    else if (event.type === 'consumed' && isOf(event, this.#life)) {
      const name = event.outcome === 'done' ? 'entries' : 'failures';
      this.#count(`consumer_${name}_total ${event.consumer}`);
    }
  }

  #connect(event: Connected): void {
    if (!isOf(event, this.#life)) return;
    this.open.set(event.session, 0);
    this.#connected.add(event.session);
    const run = runOf(event);
    this.#sessionsOf.set(run, [...(this.#sessionsOf.get(run) ?? []), event.session]);
  }

  #take({ life, log, shards, epochs }: Taken): void {
    if (life !== this.#life) return;
    for (const [at, shard] of shards.entries())
      this.#epochs.add(keyOf(log, shard, epochs[at] ?? 0));
  }

  #keep({ log, shard = 0, epoch = 0 }: Kept): void {
    if (this.#epochs.has(keyOf(log, shard, epoch))) this.#count('kept');
  }

  #count(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  /** What still comes of an earlier life is not this one's. */
  #balance(session: string, name: string, by: number): void {
    if (!this.#connected.has(session)) return;
    this.#count(name);
    const balance = this.open.get(session);
    if (balance !== undefined) this.open.set(session, balance + by);
  }
}

/** The events between the start of a life and the quiet look at it. */
function lifeBefore(history: History, look: Counted): History {
  const start = history.findLastIndex(
    (event) => event.type === 'node' && event.what === 'started' && event.life === look.life,
  );
  const end = history.findIndex((event) => event.type === 'counted' && event.quiet);
  return history.slice(start, end);
}

/** Pairs that must be equal: what the node counted, and what the world saw. */
function equalities(history: History, look: Counted, census: Census) {
  const { guards = [], consumers = [] } = eventsOf(history, 'configured')[0] ?? {};
  const value = (name: string): number => look.values[name] ?? 0;
  const same = (name: string): readonly [string, number, number] => [
    name,
    value(name),
    census.of(name),
  ];
  const pairs: (readonly [string, number, number])[] = [
    ['im_entries_kept_total', value('im_entries_kept_total'), census.of('kept')],
    ['im_commands_accepted_total', value('im_commands_accepted_total'), census.of('kept')],
  ];
  for (const { name } of guards) {
    for (const verdict of ['allow', 'change', 'refuse'])
      pairs.push(same(`guard_verdicts_total ${name} ${verdict}`));
    const failures = ['timed-out', 'threw', 'ill-formed']
      .map((reason) => value(`guard_failures_total ${name} ${reason}`))
      .reduce((sum, count) => sum + count, 0);
    const seen = census.of(`guard_verdicts_total ${name} failed`);
    pairs.push([`guard_failures_total ${name}`, failures, seen]);
  }
  for (const { name } of consumers)
    pairs.push(same(`consumer_entries_total ${name}`), same(`consumer_failures_total ${name}`));
  return pairs;
}

/** Answers that came are never more than were counted, and those never more than was asked. */
function inequalities(look: Counted, census: Census): readonly string[] {
  const value = (name: string): number => look.values[name] ?? 0;
  const total = ['accepted', 'repeated', 'refused'].map((kind) => {
    const counted = value(`im_commands_${kind}_total`);
    return { kind, counted, came: census.of(kind) };
  });
  const wrong = total
    .filter(({ counted, came }) => came > counted)
    .map(
      ({ kind, counted, came }) => `${came} answers "${kind}" came, and ${counted} were counted`,
    );
  const answers = total.reduce((sum, { counted }) => sum + counted, 0);
  const sent = census.of('sent');
  if (answers > sent) wrong.push(`${answers} answers were counted to ${sent} commands`);
  for (const [session, balance] of census.open)
    if (balance !== 0)
      wrong.push(`${session} is owed ${balance} answers, and nothing is under way`);
  return wrong;
}

export function countersAddUp(history: History): readonly Violation[] {
  const looks = eventsOf(history, 'counted').filter(({ quiet }) => quiet);
  return [...excesses(history), ...looks.flatMap((look) => miscounts(history, look))];
}

function miscounts(history: History, look: Counted): readonly Violation[] {
  const violations: Violation[] = [];
  const census = new Census(look.life, lifeBefore(history, look));
  const unequal = equalities(history, look, census)
    .filter(([, counted, seen]) => counted !== seen)
    .map(([name, counted, seen]) => `${name} says ${counted}, and ${seen} were seen`);
  for (const why of [...unequal, ...inequalities(look, census)])
    violations.push({ promise: 'P13', why, events: [{ ...look, values: {} }] });
  return violations;
}
