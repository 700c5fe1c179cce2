/**
 * From a configuration file to a running node, and to its end: signals live here, and the exit
 * code.
 */
import { mkdir } from 'node:fs/promises';
import { Events } from './admin/desk/events.ts';
import type { AdminPart } from './assembly/admin-part.ts';
import { assembleOperator } from './assembly/assemble-operator.ts';
import { assemblePart, placed } from './assembly/assemble-part.ts';
import type { HeartMaker } from './assembly/create-heart.ts';
import type { Means } from './assembly/foundation.ts';
import { HeartThread } from './assembly/heart-thread.ts';
import type { Program } from './assembly/program.ts';
import { startText } from './assembly/start-text.ts';
import type { Mover } from './assembly/reload/ready.ts';
import { ReloadRefused } from './assembly/reload/reload-refused.ts';
import type { Reloaded, ReloadOptions } from './assembly/reload/reload.ts';
import { tcpNetwork } from './assembly/tcp-network.ts';
import type { Operator } from './admin/operator.ts';
import type { Part } from './admin/verbs.ts';
import { adminPages } from './admin/pages.ts';
import { addStandingGauges } from './admin/standing-gauges.ts';
import { loadSettings } from './config/load-settings.ts';
import { ConfigError, printProblem } from './config/problem.ts';
import type { Settings } from './config/settings.ts';
import { ImError, reasonOf } from './contract/index.ts';
import { discover, knownPlugins } from './kernel/discover.ts';
import { shownHealth } from './kernel/health.ts';
import { createLog, type NodeLog } from './kernel/log.ts';
import { MetricsRegistry } from './kernel/metrics.ts';
import { addSystemGauges, watchLoop, type SystemGauges } from './kernel/system-gauges.ts';
import { systemClock, systemRandom } from './kernel/system.ts';
import { VERSION } from './kernel/version.ts';
import { settledWithin } from './kernel/within.ts';
import { FlightRecorder } from './path/trace/flight-recorder.ts';

const OK = 0;
const FAILED = 1;
/** Between two tries to begin anew, each twice as long as the one before. */
const ANEW_FIRST_MS = 1_000;
const ANEW_MOST_MS = 15_000;

export type { Part };

/**
 * Runs until a signal or a failed part ends it. Resolves to the exit code: 0 after an orderly stop,
 * 1 if it failed or did not stop cleanly. Rejects if it could not start: with ConfigError, or what
 * the culprit threw.
 */
export async function run(configFile: string, part: Part = 'node'): Promise<number> {
  const settings = await load(configFile, part);
  last = settings;
  const events = new Events(systemClock(), Buffer.from(systemRandom().bytes(8)).toString('hex'));
  const log = createLog({ level: settings.log.level, heard: events.note });
  const end = new AbortController();
  const onSignal = (): void => end.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  await makeDataFolder(settings);
  process.on('SIGUSR2', () => shown(log));
  const admin = await startAdmin(settings, log, part, events);
  try {
    return await lives(settings, log, part, end, admin);
  } catch (error) {
    throw placed(error, settings);
  } finally {
    await admin.stop();
  }
}

function load(configFile: string, part: Part): Promise<Settings> {
  return loadSettings(configFile, {
    env: process.env,
    find: discover,
    known: async (role) => (await knownPlugins(role)).map(({ type }) => type),
    withoutTransports: part !== 'node',
  });
}

/** What runs takes up its file as it is now. Rejects as `load`, `mustFit` and `Reload.run` do. */
async function reload(
  admin: Mover,
  { part, file }: { readonly part: Part; readonly file: string },
  options: ReloadOptions,
): Promise<Reloaded> {
  const next = await load(file, part).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    const why = error.problems.map(printProblem).join('; ');
    throw new ReloadRefused(why, { changes: [], parts: [] });
  });
  mustFit(next, part);
  // Asked only here: a life may have ended while the file was read.
  if (!running) throw new ImError('IM_RELOAD_BUSY', { why: 'nothing runs just now' });
  return running.reload.run(next, { ...options, also: [admin] });
}

/** What runs now, for whoever asks how it is. */
let running: Program | undefined;
/** What ran last: what was reloaded is not lost with the life that it was reloaded in. */
let last: Settings | undefined;
let gauges: SystemGauges | undefined;

/** One life after another, as long as others take over its work; resolves to the exit code. */
async function lives(
  first: Settings,
  log: NodeLog,
  part: Part,
  end: AbortController,
  admin: AdminPart,
): Promise<number> {
  const outliving = {
    recorder: new FlightRecorder(first.limits),
    admin: () => admin.address,
  };
  let settings = first;
  let told = false;
  let vain = 0;
  for (;;) {
    const program = assembled(settings, log, part, outliving);
    running = program;
    const how = await live(program, end, log, () => {
      if (!told) process.stdout.write(startText(first, program, part));
      told = true;
      vain = 0;
    }).catch((error: unknown) => {
      // It has run with this file: what is in its way now may pass, and it is somebody's backup.
      if (!told || !(error instanceof ImError) || error.kind === 'bug') throw error;
      log.warn('the node cannot begin anew yet', { why: error.message });
      return 'in vain' as const;
    });
    running = undefined;
    settings = program.reload.settings;
    last = settings;
    if (how === 'in vain') {
      const pauseMs = Math.min(ANEW_MOST_MS, ANEW_FIRST_MS * 2 ** vain);
      await settledWithin(systemClock(), pauseMs, ended(end.signal));
      vain += 1;
      if (end.signal.aborted) return OK;
    } else if (how !== 'over') return how === 'well' ? OK : FAILED;
  }
}

/** It is there before the program, and tells why that does not come up. */
async function startAdmin(
  settings: Settings,
  log: NodeLog,
  part: Part,
  events: Events,
): Promise<AdminPart> {
  const { takeMaxMs } = watchLoop();
  const metrics = new MetricsRegistry();
  // Only here: what else runs through this file would wait for it in vain.
  const parts = await import('./assembly/admin-part.ts');
  const admin: AdminPart = new parts.AdminPart({
    clock: systemClock(),
    random: systemRandom(),
    part,
    settings: () => running?.reload.settings ?? last ?? settings,
    hash: () => running?.reload.hash ?? '',
    running: () => running,
    events,
    setLevel: (level) => {
      log.level = level;
    },
    reload: async (input) => {
      const done = await reload(admin, { part, file: settings.file }, input);
      return { ...done, changes: [...done.changes], parts: [...done.parts] };
    },
    log: log.child({ part: 'admin' }),
    metrics,
    version: VERSION,
    loopDelayMs: takeMaxMs,
    pages: adminPages({ node: settings.node.name, running: () => running, metrics }),
  });
  await admin.start().catch((error: unknown) => Promise.reject(placed(error, settings)));
  return admin;
}

function shown(log: NodeLog): void {
  if (!running) return;
  log.info('health', shownHealth(running.states()));
  log.info('metrics', { metrics: numbersOf(running) });
  gauges?.forget();
}

/** `over`: others do its work now, and it may come back as another life, in the second row. */
type How = 'well' | 'badly' | 'over';

/** One life of a program, from its start to its end. */
async function live(
  program: Program,
  end: AbortController,
  log: NodeLog,
  started: () => void,
): Promise<How> {
  const life = new AbortController();
  // The first reason counts: what fails while an owner that was followed ends is lost anyway.
  const first: { how: How } = { how: 'well' };
  const ends = (how: How): void => {
    if (first.how === 'well') first.how = how;
    life.abort();
  };
  end.signal.addEventListener('abort', () => life.abort(), { once: true, signal: life.signal });
  if (end.signal.aborted) life.abort();
  program.onFailed(() => ends('badly'));
  program.onServing?.((serving) => {
    void program.inside?.operator?.served(program.inside.life.node, serving);
  });
  program.onOver?.(() => ends('over'));
  addStandingGauges(program);
  gauges = addSystemGauges(program.metrics, systemClock());
  const starting = program.start().then(() => {
    if (!life.signal.aborted) started();
  });
  // What ends it ends its start, too, which then fails for nothing else.
  await Promise.race([starting, ended(life.signal)]).catch((error: unknown) => {
    gauges?.stop();
    throw error;
  });
  await ended(life.signal);
  const clean = await stop(program, log);
  gauges.stop();
  if (first.how === 'over' && !end.signal.aborted) return 'over';
  return clean && first.how !== 'badly' ? 'well' : 'badly';
}

/**
 * What an operator does, on the store of a configuration. Rejects as `act` does, or with what kept
 * the store from starting.
 */
export async function operate<T>(
  configFile: string,
  act: (operator: Operator, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = await loadSettings(configFile, {
    env: process.env,
    find: discover,
    withoutTransports: true,
  });
  const log = createLog({ level: 'error' });
  const means = { clock: systemClock(), random: systemRandom(), log };
  const { start, stop: end, operator } = assembleOperator(settings, means);
  try {
    await start().catch((error: unknown) => Promise.reject(placed(error, settings)));
    return await act(operator, settings);
  } finally {
    await end();
  }
}

/**
 * As far as can be told without starting anything: does what the file says fit together? @throws
 * what `run` would reject with.
 */
export function mustFit(settings: Settings, part: Part): void {
  assembled(settings, createLog({ level: 'error' }), part);
}

const heart: HeartMaker = (own, ears) => new HeartThread(own, ears);

function assembled(
  settings: Settings,
  log: NodeLog,
  part: Part,
  outliving: Pick<Means, 'recorder' | 'admin'> = {},
): Program {
  const machine = { clock: systemClock(), random: systemRandom(), network: tcpNetwork() };
  return assemblePart(settings, { ...machine, heart, log, ...outliving }, part);
}

async function makeDataFolder(settings: Settings): Promise<void> {
  const folder = settings.node.data;
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const details = { folder, setting: 'node.data', why: reasonOf(error) };
    throw placed(new ImError('IM_DATA_FOLDER', details, { cause: error }), settings);
  }
}

/** All numbers as they stand, without what is too long for a line. */
function numbersOf({ metrics }: Program): readonly object[] {
  const untold = { help: undefined, atMost: undefined };
  return metrics.snapshot().map((one) => ({ ...one, ...untold }));
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function stop(program: Program, log: NodeLog): Promise<boolean> {
  const errors = await program.stop();
  for (const error of errors) log.error(error.message, { code: error.code, act: error.act });
  log.info('stopped');
  log.flush();
  return errors.length === 0;
}
