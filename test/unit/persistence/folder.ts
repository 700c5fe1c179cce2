/** A folder of its own for one test's store, and the store in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, ErrorCode, Persistence } from 'im-kernel/contract';
import { ImError } from 'im-kernel/contract';
import sqlite from '../../../plugins/persistence/sqlite/index.ts';
import { quietHost, type QuietHost } from '../../kit/quiet-host.ts';

export const NODE = process.execPath;
export const APPENDER = new URL('./appender.ts', import.meta.url).pathname;

export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'im-sqlite-'));
  readonly file = join(this.path, 'im.db');

  store(file = this.file, host: QuietHost = quietHost()): Persistence {
    return sqlite.create({ file, shards: 8 }, host);
  }

  /** The appender's command line. */
  appender(batches: number, size: number, flight: number): string[] {
    return ['--conditions=im-src', APPENDER, this.file, `${batches}`, `${size}`, `${flight}`];
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** An entry of `g/tea`, its number equal to its position. */
export function entryAt(position: number, more: Partial<Entry> = {}): Entry {
  return {
    conversation: 'g/tea',
    position,
    order: position,
    id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
    user: 'ann',
    device: 'phone',
    number: position,
    sentAt: 1_795_404_000_000,
    acceptedAt: 1_795_404_000_000,
    kind: 'message',
    ...more,
  };
}

/** For assert.rejects: an error of ours, whose message holds `part`. */
export function coded(code: ErrorCode, part = ''): (error: unknown) => boolean {
  return (error) => error instanceof ImError && error.code === code && error.message.includes(part);
}
