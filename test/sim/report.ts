/**
 * What people need of a run that broke a promise: the promise, why, the few events that show it,
 * what else happened to the same entry, and how to play it again.
 */
import type { History, HistoryEvent, SeenEntry, Violation } from './history.ts';
import type { SeedReport } from './run-seed.ts';

const VIOLATIONS_SHOWN = 5;
/** Of one violation. */
const EVENTS_SHOWN = 6;
/** Around a violation: the first and the last of them. */
const AROUND_SHOWN = 16;
/** Where no event shows it, the last lines must do. */
const LINES_SHOWN = 40;
const TEXT_SHOWN = 24;

function shorten(key: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > TEXT_SHOWN && key !== 'id' && key !== 'log')
    return `${value.slice(0, TEXT_SHOWN)}… (${value.length})`;
  if (Array.isArray(value) && value.length > EVENTS_SHOWN)
    return [...value.slice(0, EVENTS_SHOWN), `… (${value.length})`];
  return value;
}

/** One event on one line: its time, its type, its fields; long texts are cut. */
export function lineOf(event: HistoryEvent & { readonly atMs?: number }): string {
  const { atMs, type, ...fields } = event;
  const time = (atMs === undefined ? '' : atMs.toFixed(3)).padStart(11);
  return `${time} ${type.padEnd(12)} ${JSON.stringify(fields, shorten)}`;
}

function ofEntry({ id, conversation, position }: SeenEntry): string[] {
  return [id, `${conversation} ${position}`];
}

/** What an event is about: ids, and places in a log. */
function subjectsOf(event: HistoryEvent): readonly string[] {
  if (event.type === 'drained') return event.entries.flatMap(ofEntry);
  if ('entry' in event) return ofEntry(event.entry);
  const subjects: string[] = 'id' in event ? [event.id] : [];
  if ('conversation' in event && 'position' in event && event.position > 0)
    subjects.push(`${event.conversation} ${event.position}`);
  return subjects;
}

function around({ events }: Violation, history: History): History {
  const subjects = new Set(events.slice(0, EVENTS_SHOWN).flatMap(subjectsOf));
  const shown = new Set(events.map((event) => lineOf(event)));
  const found = history.filter(
    (event) =>
      event.type !== 'drained' &&
      subjectsOf(event).some((subject) => subjects.has(subject)) &&
      !shown.has(lineOf(event)),
  );
  if (found.length <= AROUND_SHOWN) return found;
  return [...found.slice(0, AROUND_SHOWN / 2), ...found.slice(-AROUND_SHOWN / 2)];
}

function describe(violation: Violation, history: History): readonly string[] {
  const { promise, why, events } = violation;
  const context = around(violation, history);
  return [
    `  ${promise}: ${why}`,
    ...events.slice(0, EVENTS_SHOWN).map((event) => `    ${lineOf(event)}`),
    ...(context.length === 0 ? [] : ['    what else happened to it:']),
    ...context.map((event) => `    ${lineOf(event)}`),
  ];
}

/** `mutant`: the rule that was broken on purpose, if one was. */
export function describeFailure(report: SeedReport, mutant?: string): string {
  const { seed, violations, lines, plan, history } = report;
  const faults = plan.faults.map(({ kind }) => kind).join(', ');
  const unseen = violations.slice(0, VIOLATIONS_SHOWN).some(({ events }) => events.length === 0);
  const last = unseen ? ['  the last events:', ...lines.slice(-LINES_SHOWN)] : [];
  const option = mutant === undefined ? '' : ` --mutant ${mutant}`;
  return [
    `seed ${seed}: ${violations.length} violations`,
    ...violations.slice(0, VIOLATIONS_SHOWN).flatMap((one) => describe(one, history)),
    ...last,
    `  faults: ${faults === '' ? 'none' : faults}`,
    `  again, with every event: npm run sim -- --seed ${seed} --seeds 1 --verbose${option}`,
  ].join('\n');
}
