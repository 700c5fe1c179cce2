/**
 * The public keys of somebody's login, as a JSON Web Key Set. Read at the start, when they have
 * grown old, and when a token names a key that is not there, but never more often than the cooldown
 * allows, so that hostile tokens cannot turn this node against its login. The last good set stays
 * in use for as long as no new one can be read.
 */
import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet } from 'jose';
import type { FlattenedJWSInput, JWSHeaderParameters } from 'jose';
import { ImError, reasonOf, type Host } from 'im-kernel/contract';
import type { Keys } from './jwt-authentication.ts';

export interface KeySetOptions {
  /** Where the keys come from, for the log. */
  readonly source: string;
  readonly read: (signal: AbortSignal) => Promise<string>;
  /**
   * True if without keys the node cannot start; otherwise it starts degraded and tries again when
   * asked.
   */
  readonly required: boolean;
  /** All in ms. */
  readonly keysMaxAge: number;
  readonly keysCooldown: number;
  readonly keysTimeout: number;
}

type LocalSet = ReturnType<typeof createLocalJWKSet>;

export class KeySet implements Keys {
  readonly issues = false;
  readonly secret = undefined;
  readonly #options: KeySetOptions;
  readonly #host: Host;
  #stopping = new AbortController();
  #set: LocalSet | undefined;
  /** On the monotonic clock, ms. */
  #loadedAt = -Infinity;
  #triedAt = -Infinity;
  #loading: Promise<void> | undefined;
  #lastError: ImError | undefined;

  constructor(options: KeySetOptions, host: Host) {
    this.#options = options;
    this.#host = host;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const giveUp = (): void => this.#stopping.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    await this.#load();
    signal.removeEventListener('abort', giveUp);
    signal.throwIfAborted();
    if (this.#lastError && this.#options.required) throw this.#lastError;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loading;
    this.#set = undefined;
  }

  readonly find = async (
    header?: JWSHeaderParameters,
    token?: FlattenedJWSInput,
  ): Promise<CryptoKey> => {
    if (!this.#set) await this.#loadIfAllowed();
    else if (this.#ageMs(this.#loadedAt) > this.#options.keysMaxAge) void this.#loadIfAllowed();
    try {
      return await this.#findNow(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#loadIfAllowed();
      return this.#findNow(header, token);
    }
  };

  #findNow(header?: JWSHeaderParameters, token?: FlattenedJWSInput): Promise<CryptoKey> {
    if (!this.#set) throw new Error('no public keys could be read yet');
    return this.#set(header, token);
  }

  #ageMs(since: number): number {
    return this.#host.clock.monotonic() - since;
  }

  async #loadIfAllowed(): Promise<void> {
    if (this.#loading) return this.#loading;
    if (this.#ageMs(this.#triedAt) >= this.#options.keysCooldown) await this.#load();
  }

  /** One at a time. Never rejects: what failed is logged, and the set in use stays. */
  async #load(): Promise<void> {
    this.#triedAt = this.#host.clock.monotonic();
    this.#loading = this.#readSet();
    await this.#loading;
    this.#loading = undefined;
  }

  async #readSet(): Promise<void> {
    const timeout = new AbortController();
    const { clock } = this.#host;
    const cancel = clock.after(this.#options.keysTimeout, () => timeout.abort());
    const signal = AbortSignal.any([timeout.signal, this.#stopping.signal]);
    try {
      this.#set = createLocalJWKSet(parsedSet(await this.#options.read(signal)));
      this.#loadedAt = clock.monotonic();
      this.#lastError = undefined;
      this.#host.report({ state: 'running' });
    } catch (cause) {
      if (this.#stopping.signal.aborted) return;
      const why = timeout.signal.aborted ? 'no answer in time' : reasonOf(cause);
      this.#lastError = new ImError(
        'IM_AUTH_KEYS',
        { source: this.#options.source, setting: 'jwksFile', why },
        { cause },
      );
      this.#host.report({
        state: 'degraded',
        why: this.#lastError.message,
        error: this.#lastError,
      });
    } finally {
      cancel();
    }
  }
}

function parsedSet(text: string): JSONWebKeySet {
  const set = JSON.parse(text) as Partial<JSONWebKeySet> | undefined;
  if (!Array.isArray(set?.keys) || set.keys.length === 0) {
    throw new Error('it holds no list of keys');
  }
  return { keys: set.keys };
}
