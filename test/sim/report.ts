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
const AROUND_SHOWN = 12;
/** Where no event shows it, the last lines must do. */
const LINES_SHOWN = 40;
const TEXT_SHOWN = 24;
/** Enough of a log's name to tell it from others. */
const LOG_SHOWN = 8;

function shortly(text: string): string {
  return text.length <= TEXT_SHOWN ? text : `${text.slice(0, TEXT_SHOWN)}… (${text.length})`;
}

/** An entry in few words: what it is called by, who sent it, and what it says. */
function entryText({ conversation, position, id, user, device, number, kind, body }: SeenEntry) {
  const what = kind === 'message' ? `"${shortly(body)}"` : kind;
  return `${conversation} ${position} ${id} of ${user}/${device} number ${number}: ${what}`;
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return shortly(value);
  if (Array.isArray(value) && value.length > EVENTS_SHOWN)
    return [...value.slice(0, EVENTS_SHOWN), `… (${value.length})`];
  return value;
}

function fieldText(key: string, value: unknown): string {
  if (key === 'entry') return entryText(value as SeenEntry);
  if (key === 'entries')
    return (value as SeenEntry[]).slice(0, EVENTS_SHOWN).map(entryText).join('; ');
  if (key === 'log') return String(value).slice(0, LOG_SHOWN);
  if (key === 'id') return String(value);
  return JSON.stringify(value, shorten);
}

/** One event on one line: its time, its type, its fields; long texts are cut. */
export function lineOf(event: HistoryEvent & { readonly atMs?: number }): string {
  const { atMs, type, ...fields } = event;
  const time = (atMs === undefined ? '' : atMs.toFixed(3)).padStart(11);
  const shown = Object.entries(fields).map(([key, value]) => `${key} ${fieldText(key, value)}`);
  return `${time} ${type.padEnd(12)} ${shown.join(', ')}`;
}

/** What an event is about: commands by their ids, or else a place in a log. */
function subjectsOf(event: HistoryEvent): readonly string[] {
  if (event.type === 'drained') return event.entries.map(({ id }) => id);
  if ('entry' in event) return [event.entry.id];
  if ('id' in event) return [event.id];
  return 'position' in event ? [`${event.conversation} ${event.position}`] : [];
}

/** What else happened to the same commands, or if it shows none, at the same places. */
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
