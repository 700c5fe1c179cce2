/**
 * One of the systems that are measured, started in a folder of its own: `im` (sqlite), `im-pg`
 * (PostgreSQL, which is started too), `raw` and `socketio`.
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

export function isOurs(name: string): boolean {
  return name === 'im' || name === 'im-pg';
}

function configText(url: string | undefined): string {
  const persistence = { use: 'postgres', url };
  return [
    'node: { name: bench, data: ./data }',
    'transports: { tcp: { use: tcp-tlv, listen: "127.0.0.1:0" } }',
    'log: { level: warn }',
    ...(url === undefined ? [] : [`persistence: ${JSON.stringify(persistence)}`]),
  ].join('\n');
}

async function startOurs(name: string, folder: string): Promise<System> {
  const database = name === 'im-pg' ? await PostgresServer.make() : undefined;
  try {
    const config = join(folder, 'im.config.yaml');
    writeFileSync(config, configText(database?.url('postgres')), { mode: 0o600 });
    const start = [join(here, '../bin/im.js'), 'start', '--config', config];
    const server = await ServerUnderTest.start(start, folder, database && (() => database.pids()));
    return {
      name,
      server,
      folder,
      adapter: 'im',
      token: (user) => localToken(config, user),
      stop: async () => {
        await server.stop();
        await database?.remove();
      },
    };
  } catch (error) {
    await database?.remove();
    throw error;
  }
}

const noToken = (): Promise<string> => Promise.resolve('');

async function startPeer(name: string, folder: string): Promise<System> {
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
