/**
 * What a long machine (simulator, mutants, rigs with real faults, fuzzers) leaves of a run, for
 * RELIABILITY.md. Written only where IM_RECORDS names a folder; what is printed stays the same.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface MachineRecord {
  /** Unique: a later run of the same machine replaces the earlier one. */
  readonly machine: string;
  /** What is to be typed for such a run. */
  readonly command: string;
  /** One sentence or two: what was done, and how much of it. */
  readonly done: string;
  /** Broken promises, failed inputs, mutants that live. */
  readonly violations: number;
  readonly seconds: number;
  /** By name, with the reason. */
  readonly skipped: readonly string[];
  readonly tables: readonly Table[];
}

const SUFFIX = '.record.json';

export function keepRecord(record: MachineRecord): void {
  const folder = process.env['IM_RECORDS'];
  if (folder === undefined) return;
  const file = `${record.machine.replaceAll(/\W+/g, '-')}${SUFFIX}`;
  writeFileSync(join(folder, file), `${JSON.stringify(record, undefined, 2)}\n`);
}

export function readRecords(folder: string): readonly MachineRecord[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(SUFFIX));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as MachineRecord);
}

/** 1234567 as 1,234,567. */
export function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
