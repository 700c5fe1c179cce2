/** One connection to a Redis, made when it is needed: nodes come back to it with every beat. */
import { readFile } from 'node:fs/promises';
import type { RedisClientType } from '@redis/client';
import { ImError, reasonOf, type Host } from 'im-kernel/contract';
import { placeOf, type Settings } from './settings.ts';

export type Client = Pick<RedisClientType, 'sendCommand'>;

/** Commands on their way; the library refuses more. */
const COMMANDS_MAX = 10_000;

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
  /** In use, or being made; undefined: the next call makes one. */
  #connection: Promise<Connection> | undefined;
  /** Ends the connection, whether it is in use or being made. */
  #end: (why: Error) => void = () => undefined;
  /** What was said of it last: why it is away, or nothing if it is not. */
  #told: { readonly why: string | undefined } | undefined;
  #stopped = false;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#place = placeOf(settings.url) ?? 'Redis';
  }

  /** Resolves when the first attempt has come to its end, whichever. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const abort = (): void => void this.stop();
    signal.addEventListener('abort', abort, { once: true });
    await this.call(() => Promise.resolve()).catch(() => undefined);
    signal.removeEventListener('abort', abort);
    signal.throwIfAborted();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end(new Error('the node stops'));
    await this.#connection?.catch(() => undefined);
  }

  /** Rejects with IM_REGISTRY_AWAY, at the latest after both of its time limits. */
  async call<T>(work: (client: Client) => Promise<T>): Promise<T> {
    try {
      if (this.#stopped) throw new Error('the node stops');
      const connection = await (this.#connection ??= this.#connect());
      const result = await this.#within(connection, this.#settings.answerTimeout, work);
      this.#tell(undefined);
      return result;
    } catch (error) {
      const away = this.#away(reasonOf(error));
      this.#tell(away);
      throw away;
    }
  }

  /** A connection that takes longer is given up, and with it all that it was asked. */
  async #within<T>(
    { client, ended, end }: Connection,
    limitMs: number,
    work: (client: RedisClientType) => Promise<T>,
  ): Promise<T> {
    const late = new Error(`no answer within ${limitMs} ms`);
    const cancel = this.#host.clock.after(limitMs, () => end(late));
    try {
      return await Promise.race([work(client), ended]);
    } finally {
      cancel();
    }
  }

  async #connect(): Promise<Connection> {
    const forget = (): void => void (this.#connection = undefined);
    try {
      const connection = await this.#make();
      const { client, ended, end } = connection;
      ended.catch(forget);
      this.#end = end;
      if (this.#stopped) end(new Error('the node stops'));
      const connecting = client.connect();
      // One that was destroyed while it was made comes to be all the same, and once more must go.
      const leave = (): void => void connecting.catch(() => undefined).then(() => client.destroy());
      ended.catch(leave);
      await this.#within(connection, this.#settings.connectTimeout, async () => {
        await connecting;
        // Only an answer shows that somebody is there, and lets this node in.
        await client.sendCommand(['PING']);
      }).catch((error: unknown) => {
        end(error as Error);
        throw error;
      });
      return connection;
    } catch (error) {
      forget();
      throw error;
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

  #away(why: string): ImError {
    return new ImError('IM_REGISTRY_AWAY', { place: this.#place, why });
  }

  /** Once for each change. */
  #tell(error: ImError | undefined): void {
    const why = error?.message;
    if (this.#stopped || (this.#told && this.#told.why === why)) return;
    this.#told = { why };
    if (error) return this.#host.report({ state: 'degraded', why: error.message, error });
    this.#host.log.info('the registry of nodes is there', { place: this.#place });
    this.#host.report({ state: 'running' });
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
