/** The admin API of a stage's node: its desk, its servers, and clients of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { Events } from '../../core/admin/desk/events.ts';
import type { Running } from '../../core/admin/desk/inside.ts';
import type { Part } from '../../core/admin/verbs.ts';
import { adminPages } from '../../core/admin/pages.ts';
import { MetricsRegistry } from '../../core/kernel/metrics.ts';
import { AdminPart } from '../../core/assembly/admin-part.ts';
import type { Program } from '../../core/assembly/program.ts';
import type { Settings } from '../../core/config/settings.ts';
import { ImError } from '../../core/contract/index.ts';
import { systemClock, systemRandom } from '../../core/kernel/system.ts';
import type { Stage } from './stage.ts';

export const READER = 'r'.repeat(40);
export const OPERATOR = 'o'.repeat(40);

const open = new Set<AdminStage>();

export class AdminStage {
  readonly folder: string;
  readonly events = new Events(systemClock(), 'life-1');
  readonly levels: string[] = [];
  /** What it has logged. */
  readonly told: string[] = [];
  readonly fields: Readonly<Record<string, unknown>>[] = [];
  setLevel = (level: string): void => void this.levels.push(level);
  running: (Running & Pick<Program, 'standing'>) | undefined;
  readonly #part: AdminPart;
  readonly #tls: Settings['admin']['tls'];
  #now: Settings;
  address = '';

  constructor(
    stage: Stage,
    tokens: readonly string[] = [READER, OPERATOR],
    folder = mkdtempSync(join(tmpdir(), 'im-admin-')),
    tls?: Settings['admin']['tls'],
    part: Part = 'node',
  ) {
    this.folder = folder;
    this.#tls = tls;
    this.running = stage.node;
    const settings = this.#settings(stage.settings, tokens);
    this.#now = settings;
    const heard = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      this.told.push(message);
      this.fields.push(fields);
      const { address } = fields;
      if (message !== 'admins are heard' || typeof address !== 'string') return;
      if (address.startsWith('http')) this.address = address;
    };
    const metrics = new MetricsRegistry();
    this.#part = new AdminPart({
      metrics,
      part,
      clock: systemClock(),
      random: systemRandom(),
      settings: () => settings,
      running: () => this.running,
      events: this.events,
      setLevel: (level) => this.setLevel(level),
      hash: () => stage.node.reload.hash,
      reload: () => Promise.reject(new ImError('IM_ADMIN_AWAY', { why: 'a stage has no file' })),
      log: { debug: () => undefined, info: heard, warn: heard, error: heard },
      version: '0.0.0',
      loopDelayMs: () => 0,
      pages: adminPages({ node: stage.node.name, running: () => this.running, metrics }),
    });
  }

  #settings(settings: Settings, tokens: readonly string[]): Settings {
    const named = tokens.map((token, at) => {
      const tokenFile = join(this.folder, `${at}.token`);
      writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
      const may = token === OPERATOR ? ('operate' as const) : ('read' as const);
      return { name: `admin-${at}`, tokenFile, may };
    });
    const listen = { host: '127.0.0.1', port: 0 };
    const admin = { socket: undefined, listen, tls: this.#tls, tokens: named };
    return { ...settings, node: { ...settings.node, data: this.folder }, admin };
  }

  /** Over the unix socket, as its owner. */
  get owner(): AdminClient {
    return new AdminClient({ name: 'owner', socket: join(this.folder, 'admin.sock') });
  }

  /** Over HTTP. */
  withToken(token: string | undefined): AdminClient {
    const ca = this.#tls && { ca: readFileSync(this.#tls.cert, 'utf8') };
    const url = ca ? this.address.replace('127.0.0.1', 'localhost') : this.address;
    const target = { name: 'by token', url, ...ca };
    return new AdminClient({ ...target, ...(token !== undefined && { token }) });
  }

  /** Its admin is none any more, as after a reload. */
  async dismiss(token: string): Promise<void> {
    const may = token === OPERATOR ? 'operate' : 'read';
    const { admin } = this.#now;
    const tokens = admin.tokens.filter((one) => one.may !== may);
    this.#now = { ...this.#now, admin: { ...admin, tokens } };
    const ready = await this.#part.prepare(this.#now);
    await ready.commit();
  }

  async start(): Promise<void> {
    await this.#part.start();
  }

  /** Until the next `start`. */
  async pause(): Promise<void> {
    await this.#part.stop();
  }

  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts it; `closeAdmins` stops it. With a certificate of localhost: over HTTPS. */
export async function openAdmin(
  stage: Stage,
  tokens?: readonly string[],
  tls?: Settings['admin']['tls'],
): Promise<AdminStage> {
  const admin = new AdminStage(stage, tokens, undefined, tls);
  open.add(admin);
  await admin.start();
  return admin;
}

/** For `afterEach`, before `closeStages`. */
export async function closeAdmins(): Promise<void> {
  for (const admin of open) await admin.stop();
  open.clear();
}
