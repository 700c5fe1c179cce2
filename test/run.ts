/**
 * `npm test`: type check, lint, format, then every test, in three processes side by side. All of
 * them run even if one fails, the last line is the sum, and the exit code is 1 if anything failed.
 * Arguments are handed to mocha, and then only mocha runs, once.
 */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { readSumLine, sumLine } from './reporter.ts';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
/** A run that takes longer hangs: it is ended and counts as failed. */
const limitMs = 15 * 60_000;

const environment = {
  ...process.env,
  PATH: bin + delimiter + (process.env['PATH'] ?? ''),
  // The scenes and rigs start some two hundred servers: compiling each once is enough.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'),
};

interface Ended {
  readonly ok: boolean;
  readonly lastLines: readonly string[];
}

type Show = (text: string) => void;

function showNow(text: string): void {
  process.stdout.write(text);
}

/**
 * Runs a program with our Node first on the PATH, shows what it prints, and keeps its last lines.
 */
function run(program: string, args: readonly string[], show: Show = showNow): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
      env: environment,
    });
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      show(text);
      tail = (tail + text).slice(-4096);
    });
    child.on('error', (error) => console.log(`${program} cannot be run: ${error.message}`));
    child.on('close', (code) => {
      resolve({ ok: code === 0, lastLines: tail.trimEnd().split('\n').toReversed() });
    });
  });
}

function roomsOf(...rooms: readonly string[]): readonly string[] {
  return rooms.map((room) => `test/${room}/**/*.test.ts`);
}

const everything = ['test/**/*.test.ts', 'examples/**/*.test.ts'];
/** What mostly waits for programs that it starts; and what mostly computes. The rest does both. */
const apart = [
  roomsOf('rigs', 'scenes', 'package', 'browser'),
  roomsOf('contract', 'fuzz', 'sim', 'tui'),
];
const rest = [...everything, ...apart.flat().flatMap((spec) => ['--ignore', spec])];

const checks = [
  { name: 'Types', program: 'tsc', args: [] },
  { name: 'Lint', program: 'oxlint', args: ['--type-aware', '--quiet'] },
  { name: 'Format', program: 'prettier', args: ['--check', '--log-level=warn', '.'] },
];

/** All at once; what each prints is shown when it has ended. */
async function staticChecks(): Promise<{ passed: number; failed: number }> {
  const ended = checks.map(async ({ name, program, args }) => {
    const said: string[] = [];
    const { ok } = await run(join(bin, program), args, (text) => void said.push(text));
    const verdict = ok ? 'passed' : 'FAILED';
    console.log(
      `\n== ${name}: ${[program, ...args].join(' ')}\n${said.join('')}${name}: ${verdict}`,
    );
    return ok;
  });
  const oks = await Promise.all(ended);
  const passed = oks.filter(Boolean).length;
  return { passed, failed: oks.length - passed };
}

interface Sum {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function noSum(why: string): Sum {
  console.log(why);
  return { passed: 0, failed: 1, skipped: 0 };
}

async function tests(args: readonly string[], show: Show): Promise<Sum> {
  show(`\n== Tests: mocha ${args.join(' ')}\n`);
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const flags = ['--conditions=im-src', mocha, '--forbid-only', '--forbid-pending'];
  const { ok, lastLines } = await run(process.execPath, [...flags, ...args], show);
  const sum = readSumLine(lastLines[0] ?? '');
  if (!sum) return noSum('mocha ended without a sum');
  return ok || sum.failed > 0 ? sum : noSum('mocha ended with an error after its tests');
}

/**
 * Three processes for two cores, as each waits now and then; what the later ones print is shown
 * when those before have ended.
 */
async function allTests(): Promise<Sum> {
  const parts = [...apart, rest].map((args, at) => {
    const said: string[] = [];
    const ended = tests(args, at === 0 ? showNow : (text) => void said.push(text));
    return { ended, said };
  });
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { ended, said } of parts) {
    const { passed, failed, skipped } = await ended;
    showNow(said.join(''));
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

const chosen = process.argv.slice(2);
const before = chosen.length === 0 ? await staticChecks() : { passed: 0, failed: 0 };
const main = chosen.length === 0 ? await allTests() : await tests(chosen, showNow);
const failed = before.failed + main.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`\n${sumLine(before.passed + main.passed, failed, main.skipped)}`);
