/** Posts every entry to one address; only a 2xx answer says that it was taken. */
import { readFile } from 'node:fs/promises';
import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { ImError, reasonOf } from 'im-kernel/contract';
import type { Attempt, Cancel, Consumer, Counter, Entry, Host } from 'im-kernel/contract';
import { deliveryId, payloadOf, signatureOf } from './payload.ts';
import { post } from './post.ts';

export interface WebhookSettings {
  readonly url: string;
  readonly secret: string | undefined;
  readonly secretFile: string | undefined;
  /** ms. */
  readonly timeout: number;
  /** Octets. */
  readonly responseMax: number;
  readonly connections: number;
}

const GONE = 410;
const SECRET_MIN_CHARS = 16;

export class Webhook implements Consumer {
  readonly #settings: WebhookSettings;
  readonly #host: Host;
  readonly #answers: Counter;
  readonly #url: URL;
  #agent: PlainAgent | undefined;
  #secret: string;

  constructor(settings: WebhookSettings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#url = new URL(settings.url);
    this.#secret = settings.secret ?? '';
    this.#answers = host.metrics.counter('webhook_answers_total', 'Answers, by status.', 'status');
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { secretFile, connections } = this.#settings;
    if (secretFile !== undefined) this.#secret = await secretIn(secretFile, signal);
    const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
    const secure = this.#url.protocol === 'https:';
    this.#agent = secure ? new SecureAgent(options) : new PlainAgent(options);
  }

  async stop(): Promise<void> {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  async consume(entry: Entry, { attempt, signal }: Attempt): Promise<void> {
    const agent = this.#agent;
    if (!agent) throw new Error('the webhook is not running');
    const payload = payloadOf(entry);
    const timestamp = String(Math.floor(this.#host.clock.now() / 1000));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(payload)),
      'user-agent': 'im-kernel-webhook/1',
      'im-delivery-id': deliveryId(entry),
      'im-attempt': String(attempt),
      'im-timestamp': timestamp,
      'im-signature': `v1=${signatureOf(this.#secret, timestamp, payload)}`,
    };
    const { responseMax: responseMaxBytes } = this.#settings;
    const within = this.#within(signal);
    try {
      const what = { url: this.#url, agent, headers, payload, responseMaxBytes };
      this.#judge(await post({ ...what, signal: within.signal }));
    } catch (error) {
      throw within.signal.aborted ? within.signal.reason : error;
    } finally {
      within.cancel();
    }
  }

  #judge(status: number): void {
    this.#answers.add(1, String(status));
    if (status >= 200 && status < 300) return;
    const why = `${this.#url.host} answered ${status}`;
    if (status === GONE) throw new ImError('IM_CONSUMER_UNDELIVERABLE', { why });
    throw new Error(status >= 300 && status < 400 ? `${why}: redirects are not followed` : why);
  }

  /** A signal that fires with the caller's, or at the end of `timeout`. */
  #within(signal: AbortSignal): { readonly signal: AbortSignal; readonly cancel: Cancel } {
    const { timeout } = this.#settings;
    const controller = new AbortController();
    const cancel = this.#host.clock.after(timeout, () => {
      controller.abort(new Error(`no answer from ${this.#url.host} within ${timeout} ms`));
    });
    return { signal: AbortSignal.any([signal, controller.signal]), cancel };
  }
}

async function secretIn(file: string, signal: AbortSignal): Promise<string> {
  try {
    const key = (await readFile(file, { encoding: 'utf8', signal })).trim();
    if (key.length >= SECRET_MIN_CHARS) return key;
    throw new Error(`it holds fewer than ${SECRET_MIN_CHARS} characters`);
  } catch (error) {
    const details = { file, setting: 'secretFile', why: reasonOf(error) };
    throw new ImError('IM_PLUGIN_FILE', details, { cause: error });
  }
}
