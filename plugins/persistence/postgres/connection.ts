/** One connection to the database: one statement at a time, each with a time limit of ours. */
import { Client, types, type ClientConfig, type CustomTypesConfig } from 'pg';
import type { Clock } from 'im-kernel/contract';

/** What a statement is called, says, and answers: a row is what its columns' names say. */
export interface Statement {
  /** Prepared under this name, once per connection. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

const INT8 = 20;

/** Whole numbers of 64 bits arrive as numbers: nothing here passes 2^48. */
const parsers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string): unknown =>
    oid === INT8 ? Number : types.getTypeParser(oid, format as 'text'),
};

export interface Dialing {
  readonly config: ClientConfig;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** For an answer; then the connection is given up. */
  readonly answerTimeoutMs: number;
}

export class Connection {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #closed: Promise<void>;
  #lost: Error | undefined;
  #silent = false;
  readonly #waiting = new Set<(why: Error) => void>();
  #whenLost: (() => void) | undefined;

  private constructor({ config, clock, answerTimeoutMs }: Dialing) {
    this.#client = new Client({ ...config, types: parsers, keepAlive: true });
    this.#clock = clock;
    this.#limitMs = answerTimeoutMs;
    this.#client.on('error', (error) => this.destroy(error));
    this.#closed = new Promise((resolve) => {
      this.#client.on('end', () => {
        this.destroy(new Error('the server closed the connection'));
        resolve();
      });
    });
  }

  /** Rejects with the server's or the socket's error; then nothing is left open. */
  static async open(dialing: Dialing, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const connection = new Connection(dialing);
    const abort = (): void => connection.destroy(new Error('it is no longer wanted'));
    signal.addEventListener('abort', abort);
    try {
      const limitMs = dialing.connectTimeoutMs;
      await connection.#within(connection.#client.connect(), limitMs, 'no connection');
      return connection;
    } catch (error) {
      connection.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Why nothing more can be asked; undefined: it can. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** It was given up because a statement got no answer, not even that it took too long. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Called once, when the connection is lost. */
  set whenLost(call: (() => void) | undefined) {
    this.#whenLost = call;
    if (this.#lost) call?.();
  }

  /** Rejects with what pg rejects with; without an answer in time the connection is lost. */
  async rows<R>({ name, text, values }: Statement, limitMs = this.#limitMs): Promise<R[]> {
    if (this.#lost) throw this.#lost;
    const query = this.#client.query({ ...(name && { name }), text, values: values as unknown[] });
    return (await this.#within(query, limitMs, 'no answer')).rows as R[];
  }

  /** Several statements in one text, without values; resolves to the last one's command. */
  async run(text: string, limitMs = this.#limitMs): Promise<string> {
    if (this.#lost) throw this.#lost;
    const answer = await this.#within(this.#client.query(text), limitMs, 'no answer');
    const results = Array.isArray(answer) ? answer : [answer];
    return String(results.at(-1)?.command);
  }

  /** Throws, and is lost, if the last statement was not a transaction of its own, and ended. */
  mustBeSettled(): void {
    if (this.#client.getTransactionStatus() === 'I') return;
    this.destroy(new Error('a statement did not commit by itself'));
    throw this.#lost as Error;
  }

  async close(): Promise<void> {
    this.#whenLost = undefined;
    if (this.#lost) return;
    this.#lost = new Error('the connection was closed');
    await this.#client.end();
  }

  /** Resolves when the socket is gone. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** At once, whatever is under way: that is lost. */
  destroy(why: Error): void {
    if (this.#lost === undefined) {
      this.#lost = why;
      for (const reject of this.#waiting) reject(why);
      this.#whenLost?.();
    }
    this.#client.connection.stream.destroy();
  }

  async #within<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    const cancel = this.#clock.after(limitMs, () => {
      this.#silent = true;
      this.destroy(new Error(`${what} within ${limitMs} ms`));
    });
    try {
      return await Promise.race([work, lost]);
    } finally {
      cancel();
      this.#waiting.delete(reject);
    }
  }
}
