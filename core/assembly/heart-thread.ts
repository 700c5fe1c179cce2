/** The node's end of its heart's thread. */
import { Worker } from 'node:worker_threads';
import type { BeatState } from '../cluster/heart/beat-frame.ts';
import type { HeartEnd, HeartSettings } from '../cluster/heart/heart-end.ts';
import type { Peer } from '../cluster/heart/peers.ts';
import { ImError, must } from '../contract/index.ts';
import type { HeartEars } from './create-heart.ts';
import type { FromHeart, ToHeart } from './heart-messages.ts';
import { SharedMoves } from './shared-moves.ts';

/** `.ts` from source, `.js` once compiled. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const WORKER = new URL(`./heart-worker${EXTENSION}`, import.meta.url);

export class HeartThread implements HeartEnd {
  readonly moves = new SharedMoves();
  readonly #settings: HeartSettings;
  readonly #ears: HeartEars;
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(settings: HeartSettings, ears: HeartEars) {
    this.#settings = settings;
    this.#ears = ears;
  }

  async start(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    must(this.#worker === undefined, 'a heart is started once');
    const workerData = { settings: this.#settings, memory: this.moves.memory };
    const worker = new Worker(WORKER, { workerData, name: 'im-heart' });
    this.#worker = worker;
    const begun = Promise.withResolvers<string>();
    const abort = (): void => begun.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#listen(worker, begun);
    try {
      return await begun.promise;
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  know(peers: readonly Peer[]): void {
    this.#say({ say: 'know', peers });
  }

  turn(state: BeatState): void {
    this.#say({ say: 'turn', state });
  }

  async stop(): Promise<void> {
    this.#say({ say: 'stop' });
    this.#worker = undefined;
    await this.#ended;
  }

  #say(message: ToHeart): void {
    this.#worker?.postMessage(message);
  }

  #listen(worker: Worker, begun: PromiseWithResolvers<string>): void {
    worker.on('message', (message: FromHeart) => {
      if (message.say === 'listening') return begun.resolve(message.address);
      if (message.say === 'refused') {
        const { code, details } = message.trouble;
        return begun.reject(new ImError(code, details));
      }
      if (message.say === 'news') return this.#ears.tell(message.news);
      const { level, message: text, fields } = message;
      return this.#ears.log[level](text, fields);
    });
    let why = 'the thread of its beats ended';
    worker.on('error', (error) => (why = error instanceof Error ? error.message : String(error)));
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        if (this.#worker) this.#ears.ended(why);
        this.#worker = undefined;
        begun.reject(new ImError('IM_BUG', { why }));
        resolve();
      });
    });
  }
}
