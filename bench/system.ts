/**
 * One of the systems that are measured, started in a folder of its own: `im` (sqlite),
 * `im-central` and `im-seq` (numbers from one sequencer, in the process or in its own), `im-fixed`,
 * `im-p99` and `im-lateness` (orders that are times), `im-pg` (PostgreSQL, which is started too),
 * `sequencer` alone, `raw` and `socketio`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localToken } from '../cli/local-token.ts';
import { PostgresServer } from '../test/postgres-server/server.ts';
import { ServerUnderTest } from './server.ts';

const here = import.meta.dirname;

export interface System {
  readonly name: string;
  readonly server: ServerUnderTest;
  readonly folder: string;
  /** Which client of `peers` speaks to it. */
  readonly adapter: string;
  readonly token: (user: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** By system of ours, how its `timestamp-window` is to work. */
const WINDOW_MODES: Readonly<Record<string, string>> = {
  'im-fixed': 'fixed',
  'im-p99': 'p99',
  'im-lateness': 'lateness',
};
const OURS = ['im', 'im-central', 'im-seq', 'im-pg', ...Object.keys(WINDOW_MODES)];

export function isOurs(name: string): boolean {
  return OURS.includes(name);
}

const launcher = join(here, '../bin/im.js');

/** The blocks that differ from the defaults; YAML reads JSON. */
function writeConfig(file: string, blocks: Readonly<Record<string, object>>): void {
  const usual = { node: { name: 'bench', data: './data' }, log: { level: 'warn' } };
  writeFileSync(file, JSON.stringify({ ...usual, ...blocks }), { mode: 0o600 });
}

/** One that gives numbers only, in a folder of its own below; its secret is `sequencer.key`. */
async function startSequencer(folder: string): Promise<ServerUnderTest> {
  const config = join(folder, 'sequencer.yaml');
  const sequencer = { listen: '127.0.0.1:0', secretFile: './sequencer.key' };
  writeConfig(config, {
    persistence: { use: 'sqlite', file: './sequencer.db' },
    ordering: { use: 'central-sequencer', sequencer },
  });
  return await ServerUnderTest.start([launcher, 'sequencer', '--config', config], folder);
}

/** What a system of ours has beside its server: a database, a sequencer. */
interface Beside {
  readonly blocks: Readonly<Record<string, object>>;
  readonly pids: () => readonly number[];
  readonly remove: () => Promise<void>;
}

async function startBeside(name: string, folder: string): Promise<Beside> {
  const nothing = { pids: () => [], remove: () => Promise.resolve() };
  if (name === 'im-central') {
    return { ...nothing, blocks: { ordering: { use: 'central-sequencer' } } };
  }
  const mode = WINDOW_MODES[name];
  if (mode) return { ...nothing, blocks: { ordering: { use: 'timestamp-window', mode } } };
  if (name === 'im-seq') {
    const server = await startSequencer(folder);
    const sequencer = {
      connect: server.address.replace('link://', ''),
      secretFile: './sequencer.key',
    };
    const blocks = { ordering: { use: 'central-sequencer', sequencer } };
    return { blocks, pids: () => [server.pid], remove: () => server.stop() };
  }
  if (name !== 'im-pg') return { ...nothing, blocks: {} };
  const database = await PostgresServer.make();
  const blocks = { persistence: { use: 'postgres', url: database.url('postgres') } };
  return { blocks, pids: () => database.pids(), remove: () => database.remove() };
}

async function startOurs(name: string, folder: string): Promise<System> {
  const beside = await startBeside(name, folder);
  try {
    const config = join(folder, 'im.config.yaml');
    const transports = { tcp: { use: 'tcp-tlv', listen: '127.0.0.1:0' } };
    writeConfig(config, { transports, ...beside.blocks });
    const start = [launcher, 'start', '--config', config];
    const server = await ServerUnderTest.start(start, folder, beside.pids);
    return {
      name,
      server,
      folder,
      adapter: 'im',
      token: (user) => localToken(config, user),
      stop: async () => {
        await server.stop();
        await beside.remove();
      },
    };
  } catch (error) {
    await beside.remove();
    throw error;
  }
}

const noToken = (): Promise<string> => Promise.resolve('');

async function startPeer(name: string, folder: string): Promise<System> {
  if (name === 'sequencer') {
    const server = await startSequencer(folder);
    return { name, server, folder, adapter: 'im', token: noToken, stop: () => server.stop() };
  }
  const server = await ServerUnderTest.start([join(here, `peers/${name}-server.ts`)], folder);
  return { name, server, folder, adapter: name, token: noToken, stop: () => server.stop() };
}

/** Runs it for as long as `use` takes; afterwards nothing of it is left. */
export async function withSystem<T>(name: string, use: (system: System) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'im-bench-'));
  try {
    const system = await (isOurs(name) ? startOurs : startPeer)(name, folder);
    try {
      return await use(system);
    } finally {
      await system.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
