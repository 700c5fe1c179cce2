import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepRecord, readRecords, type MachineRecord } from './machine-record.ts';
import { reliabilityPage, type Run } from './page.ts';
import { PROMISES } from './promises.ts';

const root = join(import.meta.dirname, '../..');
const RUN: Run = { date: '2026-11-23', commit: 'abc1234', system: 'linux', cores: 2, minutes: 9 };

function record(changes: Partial<MachineRecord> = {}): MachineRecord {
  return {
    machine: 'a machine',
    command: 'npm run it',
    done: 'It was done.',
    seconds: 3,
    violations: 0,
    skipped: [],
    tables: [{ head: ['fault', 'times'], rows: [['a | b', 7]] }],
    ...changes,
  };
}

describe('the page of reliability', () => {
  it('sums up violations and what was skipped, and says which', () => {
    const odd = record({ violations: 2, skipped: ['power cut: no loop devices'] });
    const page = reliabilityPage(RUN, [record(), odd]);
    assert.match(page, /commit abc1234.*\*\*2 violations\*\*, 1 skipped/);
    assert.match(page, /Skipped: power cut: no loop devices/);
  });

  it('shows each machine with its command and its tables', () => {
    const page = reliabilityPage(RUN, [record()]);
    assert.match(page, /### A machine\n\n {4}npm run it\n\nIt was done\. Violations: 0\./);
    assert.match(page, /\| fault \| times \|\n\| --- \| --: \|\n\| a \\\| b \| 7 \|/);
  });

  it('shows every promise and what is not promised', () => {
    const page = reliabilityPage(RUN, []);
    for (const { id, says } of PROMISES) assert.ok(page.includes(`| ${id} | ${says} |`), id);
    assert.match(page, /## What is not promised\n\n- An order across conversations/);
  });

  it('names only checkers and tests that exist, and every checker', () => {
    const checks = join(root, 'test/sim/checks');
    const named = PROMISES.flatMap(({ checkers }) => checkers);
    for (const name of named) assert.ok(existsSync(join(checks, `${name}.ts`)), name);
    for (const path of PROMISES.flatMap(({ tests }) => tests))
      assert.ok(existsSync(join(root, path)), path);
    const checkers = readdirSync(checks)
      .map((file) => file.replace('.ts', ''))
      .filter((name) => !['index', 'membership', 'reading', 'heard-acks'].includes(name));
    assert.deepEqual(
      checkers.filter((name) => !named.includes(name)),
      [],
    );
  });
});

describe('a machine’s record', () => {
  let folder: string;
  const before = process.env['IM_RECORDS'];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-records-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env['IM_RECORDS'];
    else process.env['IM_RECORDS'] = before;
  });

  it('is written where IM_RECORDS says, the later one of a machine only', () => {
    process.env['IM_RECORDS'] = folder;
    keepRecord(record({ violations: 1 }));
    keepRecord(record());
    keepRecord(record({ machine: 'another one' }));
    assert.deepEqual(readRecords(folder), [record(), record({ machine: 'another one' })]);
  });

  it('is written nowhere without it', () => {
    delete process.env['IM_RECORDS'];
    keepRecord(record());
    assert.deepEqual(readdirSync(folder), []);
  });
});
