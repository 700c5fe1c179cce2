/** One connection to a Redis, made anew whenever it ends; nobody waits for it to come back. */
import { readFile } from 'node:fs/promises';
import type { RedisClientType } from '@redis/client';
import { ImError, reasonOf, type Host } from 'im-kernel/contract';
import { placeOf, type Settings } from './settings.ts';

export type Client = Pick<RedisClientType, 'sendCommand'>;

/** Between two attempts: this and up to twice as much, doubling to the longest. */
const RETRY_FROM_MS = 100;
const RETRY_MAX_MS = 5_000;
/** Commands on their way, two for each answer that is looked for; the library refuses more. */
const COMMANDS_MAX = 1_000_000;

interface Connection {
  readonly client: RedisClientType;
  /** Rejects when it ends, with the reason. */
  readonly ended: Promise<never>;
  /** Ends it, and all that is asked of it. */
  readonly end: (why: Error) => void;
}

export class Link {
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #place: string;
  /** In use; undefined: there is none, and `#why` says why. */
  #connection: Connection | undefined;
  #why = 'not connected yet';
  #retryMs = RETRY_FROM_MS;
  /** Ends what is under way, a connection that is made or a pause. */
  #interrupt: () => void = () => undefined;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#place = placeOf(settings.url) ?? 'Redis';
  }

  /** Resolves when the first attempt has come to its end, whichever. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise: tried, resolve } = Promise.withResolvers<void>();
    const abort = (): void => void this.stop();
    signal.addEventListener('abort', abort, { once: true });
    this.#running = this.#run(resolve);
    await tried;
    signal.removeEventListener('abort', abort);
    if (signal.aborted) await this.stop();
    signal.throwIfAborted();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#interrupt();
    await this.#running;
  }

  /** Rejects at once without a connection, and at the latest after `answerTimeout`. */
  async call<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    if (!connection) throw this.#away();
    return await this.#within(connection, this.#settings.answerTimeout, work);
  }

  /** A connection that takes longer is given up, and with it all that it was asked. */
  async #within<T>(
    connection: Connection,
    limitMs: number,
    work: (client: RedisClientType) => Promise<T>,
  ): Promise<T> {
    let late: Error | undefined;
    const cancel = this.#host.clock.after(limitMs, () => {
      late = new Error(`no answer within ${limitMs} ms`);
      connection.end(late);
    });
    try {
      return await work(connection.client);
    } catch (error) {
      throw late ?? error;
    } finally {
      cancel();
    }
  }

  async #run(tried: () => void): Promise<void> {
    while (!this.#stopped) {
      await this.#connect(tried).catch((error: unknown) => {
        this.#why = reasonOf(error);
      });
      if (this.#stopped) break;
      this.#tell();
      tried();
      await this.#pause();
    }
    tried();
  }

  /** Makes a connection and stays with it to its end, which is a rejection. */
  async #connect(connected: () => void): Promise<void> {
    const connection = await this.#make();
    const { client, ended, end } = connection;
    this.#interrupt = () => end(new Error('the node stops'));
    if (this.#stopped) return;
    const connecting = client.connect();
    try {
      await this.#within(connection, this.#settings.connectTimeout, async () => {
        await connecting;
        // Only an answer shows that somebody is there, and lets this node in.
        await client.sendCommand(['PING']);
      });
      this.#connection = connection;
      this.#retryMs = RETRY_FROM_MS;
      this.#tell();
      connected();
      await ended;
    } finally {
      this.#connection = undefined;
      client.destroy();
      // One that was destroyed while it was made comes to be all the same, and once more must go.
      await connecting.catch(() => undefined);
      client.destroy();
    }
  }

  /** The library is loaded here, so that nodes without Redis never do. */
  async #make(): Promise<Connection> {
    const { url, connectTimeout, ca } = this.#settings;
    const { createClient } = await import('@redis/client');
    const trust = ca === undefined ? {} : { ca: await readFile(ca, 'utf8') };
    const client = createClient({
      url,
      // Version 2 asks for no more rights than the commands that are used.
      RESP: 2,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      disableOfflineQueue: true,
      commandsQueueMaxLength: COMMANDS_MAX,
      // 0: the library sets no timer for each command; calls have one.
      commandOptions: { timeout: 0 },
      socket: { ...trust, connectTimeout, reconnectStrategy: false },
    });
    return connectionOf(client as unknown as RedisClientType);
  }

  #pause(): Promise<void> {
    const { clock, random } = this.#host;
    const waitMs = this.#retryMs * (1 + random.next());
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    return new Promise((resolve) => {
      const cancel = clock.after(waitMs, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }

  #away(): ImError {
    return new ImError('IM_ANSWERS_AWAY', { place: this.#place, why: this.#why });
  }

  #tell(): void {
    const { log } = this.#host;
    if (this.#connection) {
      log.info('connected to Redis', { place: this.#place });
      return this.#host.report({ state: 'running' });
    }
    const error = this.#away();
    this.#host.report({ state: 'degraded', why: error.message, error });
  }
}

function connectionOf(client: RedisClientType): Connection {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  client.on('error', (error: unknown) => reject(error as Error));
  client.on('end', () => reject(new Error('the connection was ended')));
  // The reason is for those who wait; there may be nobody.
  ended.catch(() => undefined);
  const end = (why: Error): void => {
    reject(why);
    client.destroy();
  };
  return { client, ended, end };
}
