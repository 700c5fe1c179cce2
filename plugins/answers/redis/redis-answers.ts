/**
 * Role `answers` over Redis: one string per answer, with an expiry. GETRANGE and PEXPIRE in one
 * pipeline and not GETEX, so that a huge value under a key costs no memory here.
 */
import { reasonOf, type AnswerCache, type Host, type Remembered } from 'im-kernel/contract';
import { Link, type Client } from './link.ts';
import type { Settings } from './settings.ts';

/** No value of ours is longer; see `Remembered`. */
const VALUE_MAX_CHARS = 160;

export class RedisAnswers implements AnswerCache {
  readonly #link: Link;
  readonly #prefix: string;
  readonly #expiryMs: string;

  constructor(settings: Settings, host: Host) {
    this.#link = new Link(settings, host);
    this.#prefix = settings.prefix;
    this.#expiryMs = String(settings.expiry);
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#link.start(signal);
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  recall(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    return this.#link.call((client) => {
      const values = keys.map((key) => this.#read(client, this.#prefix + key));
      return Promise.all(values);
    });
  }

  async remember(pairs: readonly Remembered[]): Promise<void> {
    await this.#link.call((client) => {
      const sets = pairs.map(({ key, value }) =>
        client.sendCommand(['SET', this.#prefix + key, value, 'PX', this.#expiryMs]),
      );
      return Promise.all(sets);
    });
  }

  /** What is no string is none of ours: not known, and written over later. */
  async #read(client: Client, key: string): Promise<string | undefined> {
    const reading = client.sendCommand(['GETRANGE', key, '0', String(VALUE_MAX_CHARS)]);
    const extending = client.sendCommand(['PEXPIRE', key, this.#expiryMs]);
    const [read] = await Promise.allSettled([reading, extending]);
    if (read.status === 'fulfilled') {
      const { value } = read;
      return typeof value === 'string' && value !== '' ? value : undefined;
    }
    if (reasonOf(read.reason).startsWith('WRONGTYPE')) return undefined;
    throw read.reason;
  }
}
