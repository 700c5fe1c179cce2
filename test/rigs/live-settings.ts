/** A server that talks all the while, with every kind of setting that a reload may change. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { connect, type Client } from '../../client/index.ts';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { Receiver } from '../unit/consumers/receiver.ts';
import { KEY_FILE_TEXT, tokenFor } from './tokens.ts';

/** What the file says of one state; in another, all of it is otherwise. */
export interface Said {
  readonly bodyMax: string;
  readonly level: string;
  readonly word: string;
  readonly url: string;
  /** Of the operator. */
  readonly token: string;
  /** Of all that shows a certificate. */
  readonly certificate: 'first' | 'second';
}

const IN_FLIGHT = 8;

export class LiveSettings {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-live-'));
  readonly hooks = [new Receiver(), new Receiver()] as const;
  readonly server: ServerProcess;
  /** Bodies that were accepted, and those that came. */
  readonly sent: string[] = [];
  readonly came: string[] = [];
  /** Whatever happened to a connection after its welcome. */
  readonly changes: string[] = [];
  /** Of the admin API and of the transport `tcp`. */
  ports = { admin: 0, tcp: 0 };
  #clients: Client[] = [];
  /** Until `rest`. */
  talking = false;
  #talk: Promise<unknown> = Promise.resolve();

  constructor() {
    mkdirSync(join(this.folder, 'data'));
    this.write('auth.key', KEY_FILE_TEXT);
    for (const name of ['first', 'second']) this.#makeCertificate(name);
    this.server = new ServerProcess(this.folder, './auth.key');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o600 });
  }

  /** The file says this from now on; `more`: blocks that are otherwise than that. */
  say(said: Said, more: Differences = {}): void {
    const { bodyMax, level, word, url, token, certificate } = said;
    const tls = { cert: `./${certificate}.pem`, key: `./${certificate}.key` };
    this.write(`${token.slice(0, 4)}.token`, token);
    this.write('board.token', BOARD);
    const file = {
      node: { name: 'im-test', data: './data' },
      persistence: { use: 'memory' },
      authentication: { use: 'jwt', secretFile: './auth.key' },
      transports: {
        tcp: { use: 'tcp-tlv', listen: '127.0.0.1:0', tls },
        web: { use: 'websocket', listen: '127.0.0.1:0', path: '/im' },
      },
      admin: {
        listen: '127.0.0.1:0',
        tls,
        tokens: [
          { name: 'ops', tokenFile: `./${token.slice(0, 4)}.token`, may: 'operate' },
          { name: 'board', tokenFile: './board.token' },
        ],
      },
      guards: { words: { use: 'word-list', words: [word] } },
      consumers: { hook: { use: 'webhook', url, secret: 'sixteen characters' } },
      limits: { bodyMax },
      log: { level },
      ...more,
    };
    writeFileSync(this.server.configFile, JSON.stringify(file));
  }

  async start(said: (url: string) => Said): Promise<void> {
    for (const hook of this.hooks) await hook.listen();
    this.say(said(this.hooks[0].url));
    const heard = Promise.withResolvers<number>();
    this.server.onLine = (line) => {
      const found = /"address":"https:\/\/127\.0\.0\.1:(\d+)"/.exec(line);
      if (found) heard.resolve(Number(found[1]));
    };
    await this.server.start();
    const tcp = this.server.addresses.find((one) => one.startsWith('tls:')) ?? '';
    this.ports = { admin: await heard.promise, tcp: Number(new URL(tcp).port) };
  }

  /** As who may open the socket. */
  get owner(): AdminClient {
    return new AdminClient({ name: 'owner', socket: join(this.folder, 'data', 'admin.sock') });
  }

  by(token: string, certificate: Said['certificate']): AdminClient {
    const ca = readFileSync(join(this.folder, `${certificate}.pem`), 'utf8');
    const url = `https://127.0.0.1:${this.ports.admin}`;
    return new AdminClient({ name: token.slice(0, 4), url, token, ca });
  }

  /** Which certificate is shown there to who comes now. */
  async shownAt(where: keyof LiveSettings['ports']): Promise<string> {
    const socket = connectTls({ port: this.ports[where], rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const shown = socket.getPeerX509Certificate()?.fingerprint256;
    socket.destroy();
    const fits = (name: string): boolean => {
      const text = readFileSync(join(this.folder, `${name}.pem`));
      return new X509Certificate(text).fingerprint256 === shown;
    };
    return ['first', 'second'].find(fits) ?? 'another';
  }

  /** Ann writes to Bob without a pause until `rest`. */
  async talk(): Promise<Client> {
    const address = this.server.addresses.find((one) => one.startsWith('ws:')) ?? '';
    const [ann, bob] = ['ann', 'bob'].map((user) =>
      connect({ address, token: tokenFor(user), device: 'd1', user }),
    ) as [Client, Client];
    this.#clients = [ann, bob];
    await Promise.all([ann.ready, bob.ready]);
    for (const one of this.#clients) {
      one.on('state', ({ state, reason = '' }) => this.changes.push(`${state} ${reason}`));
    }
    bob.on('message', ({ body }) => void this.came.push(new TextDecoder().decode(body)));
    this.talking = true;
    this.#talk = Promise.all(Array.from({ length: IN_FLIGHT }, (_, at) => this.#loop(ann, at)));
    return ann;
  }

  async #loop(ann: Client, at: number): Promise<void> {
    for (let count = 1; this.talking; count += 1) {
      const text = `${at} ${count}`;
      await ann.send('bob', text).accepted;
      this.sent.push(text);
    }
  }

  /** Rejects if anything that was written was refused. */
  async rest(): Promise<void> {
    this.talking = false;
    await this.#talk;
  }

  async clear(): Promise<void> {
    this.talking = false;
    for (const one of this.#clients) await one.close();
    await this.server.kill();
    for (const hook of this.hooks) await hook.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makeCertificate(name: string): void {
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const options = { cwd: this.folder, stdio: 'ignore' } as const;
    execFileSync('openssl', [...request.split(' '), ...subject, ...files], options);
  }
}

/** Of the admin who stays. */
export const BOARD = 'b'.repeat(40);
