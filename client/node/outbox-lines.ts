/**
 * The file's form: one batch of changes per line, `<crc32 in 8 hex digits> <JSON array>`, bodies in
 * base64.
 */
import { crc32 } from 'node:zlib';
import type { Command, OutboxChange } from '../outbox.ts';

const DIGITS = 8;

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(DIGITS, '0');
}

function isMark(change: OutboxChange): boolean {
  return change.change === 'received' || change.change === 'read';
}

/**
 * Marks alone need not be on the disk: lost, they only make the server repeat what was shown
 * already.
 */
export function mustSync(changes: readonly OutboxChange[]): boolean {
  return !changes.every(isMark);
}

function plain(change: OutboxChange): unknown {
  if (change.change !== 'put' || change.command.type !== 'send') return change;
  const body = Buffer.from(change.command.body).toString('base64');
  return { ...change, command: { ...change.command, body } };
}

function revive(value: unknown): OutboxChange {
  const change = value as OutboxChange;
  if (change.change !== 'put' || change.command.type !== 'send') return change;
  const body = new Uint8Array(Buffer.from(change.command.body as unknown as string, 'base64'));
  return { change: 'put', command: { ...change.command, body } satisfies Command };
}

export function writeLine(changes: readonly OutboxChange[]): string {
  const json = JSON.stringify(changes.map(plain));
  return `${checksum(json)} ${json}\n`;
}

function readLine(line: string): OutboxChange[] | undefined {
  const json = line.slice(DIGITS + 1);
  if (line.slice(0, DIGITS) !== checksum(json) || line[DIGITS] !== ' ') return undefined;
  return (JSON.parse(json) as unknown[]).map(revive);
}

/**
 * All batches, and whether something torn was left out. A power cut tears what was not synced yet:
 * nothing that was relied upon. Throws if something damaged stands before a batch that was synced:
 * then more than the end is damaged.
 */
export function readLines(text: string): { batches: OutboxChange[][]; torn: boolean } {
  const lines = text.split('\n');
  const unfinished = lines.pop() !== '';
  const read = lines.map(readLine);
  const bad = read.indexOf(undefined);
  if (bad < 0) return { batches: read as OutboxChange[][], torn: unfinished };
  if (read.slice(bad).some((batch) => batch !== undefined && mustSync(batch))) {
    throw new Error(`line ${bad + 1} is damaged; move the file away to begin anew without it`);
  }
  return { batches: read.slice(0, bad) as OutboxChange[][], torn: true };
}
