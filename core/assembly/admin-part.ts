/**
 * The admin API of a process: on a unix socket in the data folder, and over HTTP where the
 * configuration says so. It is there before the node starts and outlives each of its lives.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Acts, ACTS_FILE } from '../admin/desk/acts.ts';
import { Desk, type Admin, type DeskSurroundings } from '../admin/desk/desk.ts';
import { BEAT_MS } from '../admin/protocol/stream.ts';
import { adminCounters, type AdminCounters } from '../admin/http/admin-counters.ts';
import { AdminServer, type AdminServerOptions, type Page } from '../admin/http/admin-server.ts';
import { readTlsFiles } from '../admin/http/tls-files.ts';
import { Tokens } from '../admin/http/tokens.ts';
import { ADMIN_SOCKET } from '../config/admin-place.ts';
import type { Settings } from '../config/settings.ts';
import { claimSocket } from './claim-socket.ts';
import type { Mover, PartNews, Ready } from './reload/ready.ts';
import { whyOf } from './reload/transports-mover.ts';
import {
  ImError,
  reasonOf,
  type Component,
  type Log,
  type Metrics,
  type Random,
} from '../contract/index.ts';

export interface AdminSurroundings extends Omit<DeskSurroundings, 'acts'> {
  readonly log: Log;
  /** Of the process, in all lives of the node. */
  readonly metrics: Metrics;
  readonly random: Random;
  readonly version: string;
  readonly loopDelayMs: () => number;
  readonly pages: Readonly<Record<string, () => Page>>;
}

const OWNER: Admin = { name: 'socket', may: 'operate' };

type Admins = Settings['admin'];
type Tls = NonNullable<Admins['tls']>;

/** Of what a reload may exchange. */
interface Tried {
  readonly news: readonly PartNews[];
  readonly commit?: () => void;
}

export class AdminPart implements Component, Mover {
  readonly #around: AdminSurroundings;
  readonly #desk: Desk;
  readonly #counters: AdminCounters;
  readonly #servers: AdminServer[] = [];
  #tokens: Tokens | undefined;
  /** What shows a certificate, and the files that it is from. */
  #secure: { readonly tls: Tls; readonly server: AdminServer } | undefined;
  /** Gives the place of the socket free. */
  #release: () => Promise<void> = () => Promise.resolve();
  #loop = { atMs: -Infinity, delayMs: 0 };
  /** Where others are sent who look for it: that for other machines, if there is one. */
  #address: string | undefined;

  constructor(around: AdminSurroundings) {
    this.#around = around;
    this.#counters = adminCounters(around.metrics);
    const acts = new Acts(join(around.settings().node.data, ACTS_FILE));
    this.#desk = new Desk({ ...around, acts });
  }

  /** Rejects with IM_ADMIN_LISTEN, IM_ADMIN_TOKENS or IM_ADMIN_TLS. */
  async start(): Promise<void> {
    const { admin } = this.#around.settings();
    this.#tokens = await Tokens.read(admin.tokens);
    try {
      this.#desk.start();
      await this.#onSocket();
      if (admin.listen) await this.#onPort(admin.listen, admin.tls);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  get address(): string | undefined {
    return this.#address;
  }

  async stop(): Promise<void> {
    this.#desk.stop();
    this.#secure = undefined;
    await this.#release();
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()));
  }

  /** Reads the tokens and the certificate again. */
  async prepare({ admin }: Settings): Promise<Ready> {
    const tried = await Promise.all([this.#tryTokens(admin), this.#tryTls(admin)]);
    return {
      news: tried.flatMap(({ news }) => news),
      commit: () => {
        for (const { commit } of tried) commit?.();
        return Promise.resolve();
      },
      discard: () => Promise.resolve(),
    };
  }

  /** Who has none any more is refused from then on: so none that cannot be read is passed over. */
  async #tryTokens({ tokens }: Admins): Promise<Tried> {
    const part = 'admin.tokens';
    try {
      const read = await Tokens.read(tokens);
      const commit = (): void => void (this.#tokens = read);
      return { news: tokens.length > 0 ? [{ part, became: 'new' }] : [], commit };
    } catch (error) {
      return { news: [{ part, became: 'failed', ...whyOf(error) }] };
    }
  }

  /** Shown to who comes from then on; a connection that is open goes on. */
  async #tryTls({ tls }: Admins): Promise<Tried> {
    const secure = this.#secure;
    if (!secure || !tls) return { news: [] };
    const part = 'admin.tls';
    try {
      const files = await readTlsFiles(tls);
      const commit = (): void => {
        secure.server.show(files);
        this.#secure = { ...secure, tls };
      };
      return { news: [{ part, became: 'new' }], commit };
    } catch (error) {
      const became = isDeepStrictEqual(tls, secure.tls) ? 'kept' : 'failed';
      return { news: [{ part, became, ...whyOf(error) }] };
    }
  }

  /** The socket that the file asks for must be there; the one that is there by itself need not. */
  async #onSocket(): Promise<void> {
    const { admin, node } = this.#around.settings();
    const path = admin.socket ?? join(node.data, ADMIN_SOCKET);
    try {
      await this.#listenAt(path);
      this.#address = `unix:${path}`;
      this.#around.log.info('admins are heard', { address: this.#address });
    } catch (error) {
      if (admin.socket !== undefined) throw error;
      const why = reasonOf(error);
      this.#around.log.warn('there is no admin socket', { why, act: 'Set admin.socket.' });
    }
  }

  async #listenAt(path: string): Promise<void> {
    const server = new AdminServer(this.#options(() => OWNER));
    const listen = (at: string): Promise<string> => server.listen({ path: at });
    await listening(path, 'admin.socket', async () => {
      try {
        this.#release = await claimSocket(path, listen, this.#around);
      } catch (error) {
        await server.stop();
        throw error;
      }
    });
    this.#servers.push(server);
  }

  async #onPort(listen: { host: string; port: number }, tls: Tls | undefined): Promise<void> {
    const files = tls && (await readTlsFiles(tls));
    const options = this.#options((authorization) => this.#tokens?.adminOf(authorization));
    await listening(`${listen.host}:${listen.port}`, 'admin.listen', async () => {
      const server = new AdminServer({ ...options, ...(files && { tls: files }) });
      this.#servers.push(server);
      const address = await server.listen({ host: listen.host, port: listen.port });
      this.#address = address;
      this.#secure = tls && { tls, server };
      this.#around.log.info('admins are heard', { address });
    });
  }

  /** Reading it begins it anew: all viewers are told the same of one beat. */
  #loopDelayMs(): number {
    const nowMs = this.#around.clock.monotonic();
    if (nowMs - this.#loop.atMs > BEAT_MS / 2) {
      this.#loop = { atMs: nowMs, delayMs: this.#around.loopDelayMs() };
    }
    return this.#loop.delayMs;
  }

  #options(adminOf: AdminServerOptions['adminOf']): AdminServerOptions {
    const { clock, log, version, pages } = this.#around;
    const loopDelayMs = (): number => this.#loopDelayMs();
    const counters = this.#counters;
    return { desk: this.#desk, clock, log, counters, version, adminOf, loopDelayMs, pages };
  }
}

async function listening(
  address: string,
  setting: string,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw notListening(address, reasonOf(error), setting);
  }
}

function notListening(address: string, why: string, setting: string): ImError {
  return new ImError('IM_ADMIN_LISTEN', { address, why, setting });
}
