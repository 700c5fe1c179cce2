/**
 * `npm run reliability [-- --quick] [--from FOLDER] [--to FILE]`: runs every long machine, one
 * after the other, and writes RELIABILITY.md from what they leave. `--from`: no machine runs; the
 * records are in that folder already, because they ran with IM_RECORDS set to it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { readRecords, type MachineRecord } from './machine-record.ts';
import { reliabilityPage } from './page.ts';

const root = join(import.meta.dirname, '../..');

/** What is typed behind `npm run`, in the full form and the quick one; in the page's sequence. */
const MACHINES: readonly { readonly full: string; readonly quick: string }[] = [
  { full: 'sim -- --seeds 10000', quick: 'sim -- --seeds 2000' },
  { full: 'sim -- --mutants', quick: 'sim -- --mutants' },
  { full: 'faults', quick: 'faults -- --quick' },
  { full: 'fuzz -- --inputs 10000000', quick: 'fuzz -- --inputs 1000000' },
  { full: 'fuzz -- --guided --executions 50000000', quick: 'fuzz -- --guided' },
  { full: 'fuzz -- --live --seconds 300', quick: 'fuzz -- --live' },
];
const SEQUENCE = [
  'simulator',
  'mutants',
  'real faults',
  'failover',
  'fuzz',
  'guided fuzz',
  'live fuzz',
];

function runAll(folder: string, form: 'full' | 'quick'): boolean {
  let allWell = true;
  for (const machine of MACHINES) {
    console.log(`\n== npm run ${machine[form]}`);
    const args = ['run', '--silent', ...machine[form].split(' ')];
    const env = { ...process.env, IM_RECORDS: folder };
    const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', env });
    allWell &&= status === 0;
  }
  return allWell;
}

function inSequence(records: readonly MachineRecord[]): readonly MachineRecord[] {
  const rank = ({ machine }: MachineRecord): number => SEQUENCE.indexOf(machine);
  const unknown = records.find((record) => rank(record) < 0);
  if (unknown) throw new Error(`SEQUENCE does not name ${unknown.machine}`);
  const missing = SEQUENCE.filter((name) => !records.some(({ machine }) => machine === name));
  if (missing.length > 0) throw new Error(`left no record: ${missing.join(', ')}`);
  return records.toSorted((one, other) => rank(one) - rank(other));
}

async function write(file: string, text: string): Promise<void> {
  const options = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...options, parser: 'markdown' }));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      from: { type: 'string' },
      to: { type: 'string', default: join(root, 'RELIABILITY.md') },
    },
  });
  const begun = performance.now();
  const folder = values.from ?? mkdtempSync(join(tmpdir(), 'im-reliability-'));
  try {
    const well = values.from !== undefined || runAll(folder, values.quick ? 'quick' : 'full');
    const records = inSequence(readRecords(folder));
    const seconds = values.from
      ? records.reduce((sum, record) => sum + record.seconds, 0)
      : (performance.now() - begun) / 1000;
    const run = {
      date: new Date().toISOString().slice(0, 10),
      commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root })
        .toString()
        .trim(),
      system: `${platform()} ${release().split('-')[0]} ${arch()}, Node ${process.versions.node}`,
      cores: cpus().length,
      minutes: Math.ceil(seconds / 60),
    };
    await write(values.to, reliabilityPage(run, records));
    console.log(`\nwritten: ${values.to}`);
    return well && records.every(({ violations }) => violations === 0) ? 0 : 1;
  } finally {
    if (values.from === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
