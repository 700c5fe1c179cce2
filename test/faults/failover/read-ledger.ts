/** What the consumer `ledger` wrote down, as the history has it. */
import { existsSync, readFileSync } from 'node:fs';
import type { SeenEntry } from '../../sim/history.ts';
import type { Consumed, Consuming } from '../../sim/node-history.ts';

interface Line extends Partial<SeenEntry> {
  readonly life: string;
  readonly conversation: string;
  readonly position: number;
  readonly attempt: number;
  readonly done?: boolean;
}

/** A crash may leave half a line at the end of a process's part. */
function linesOf(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  const texts = readFileSync(file, 'utf8').split('\n');
  return texts.flatMap((text) => (text.endsWith('}') ? [JSON.parse(text) as Line] : []));
}

/** `log`: the store's history. */
export function readLedger(
  file: string,
  consumer: string,
  log: string,
): readonly (Consuming | Consumed)[] {
  const lives = new Map<string, number>();
  return linesOf(file).map((line) => {
    const { conversation, position, attempt } = line;
    const life = lives.get(line.life) ?? lives.size + 1;
    lives.set(line.life, life);
    const head = { consumer, life, log, attempt };
    if (line.done === true)
      return { type: 'consumed', ...head, conversation, position, outcome: 'done' };
    return { type: 'consuming', ...head, entry: entryOf(line) };
  });
}

function entryOf(line: Line): SeenEntry {
  const { conversation, position, order = 0, id = '', user = '', device = '', number = 0 } = line;
  const { acceptedAt = 0, kind = '', body = '', users = [], title = '' } = line;
  const who = { user, device, number, acceptedAt };
  return { conversation, position, order, id, ...who, kind, body, users, title };
}

/** The highest position that was done, by conversation. */
export function doneIn(file: string): ReadonlyMap<string, number> {
  const done = new Map<string, number>();
  for (const line of linesOf(file)) {
    const { conversation, position } = line;
    if (line.done === true) done.set(conversation, Math.max(position, done.get(conversation) ?? 0));
  }
  return done;
}
