/**
 * The file under the simulated store, and its recovery. It grows by one frame at a time: written,
 * then synced, then the next. So nothing but the last frame can be torn, and whatever else is wrong
 * with the file is damage.
 *
 * What a predecessor wrote and could not sync is read like the rest of it, and may be gone after
 * the next power cut. So recovery copies all that it found into a file of its own, syncs that, and
 * puts it in the old one's place before anybody is told of it.
 */
import { ImError, reasonOf } from 'im-kernel/contract';
import { DiskError } from './sim-disk.ts';
import type { DiskPort } from './disk-port.ts';
import { encodeFrame, scanFrames, type Scanned } from './log-frame.ts';

export const LOG_FILE = 'log';
const COPY_FILE = 'log.new';

/** A rule of the store that is broken on purpose, to see that it is noticed. */
export type LogMutant =
  | 'answers-before-sync'
  | 'goes-on-after-a-failed-sync'
  | 'trusts-a-torn-tail'
  | 'forgets-the-last-frame'
  | 'recovers-without-a-sync';

export interface LogFileOptions {
  readonly disk: DiskPort;
  readonly mutant?: LogMutant | undefined;
  /** Told of a tail that was cut off. */
  readonly cut?: (() => void) | undefined;
}

export class LogFile {
  readonly #options: LogFileOptions;
  #end = 0;
  #serial = 0;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /**
   * Recovers; resolves to the payloads of all frames, the first of which is `head()` if the file
   * was never begun. Rejects with IM_STORE_OPEN if the file is damaged or the disk fails, and with
   * IM_STORE_FULL.
   */
  async open(head: () => unknown): Promise<readonly unknown[]> {
    try {
      return await this.#recover(head);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const why = reasonOf(error);
      if (error.reason === 'full') throw new ImError('IM_STORE_FULL', { why }, { cause: error });
      throw new ImError('IM_STORE_OPEN', { file: LOG_FILE, why }, { cause: error });
    }
  }

  /**
   * Appends one frame; resolves when it is synced. Rejects with DiskError: `full` if the frame is
   * surely not in the log; after any other nothing may be appended any more.
   */
  async append(payload: unknown): Promise<void> {
    const { disk, mutant } = this.#options;
    const frame = encodeFrame(this.#serial, payload);
    await disk.write(LOG_FILE, this.#end, frame);
    this.#serial += 1;
    this.#end += frame.length;
    const synced = disk.sync(LOG_FILE);
    if (mutant === 'answers-before-sync') return void synced.catch(() => undefined);
    if (mutant === 'goes-on-after-a-failed-sync') return synced.catch(() => undefined);
    await synced;
  }

  async #recover(head: () => unknown): Promise<readonly unknown[]> {
    const { disk, mutant, cut } = this.#options;
    const found = (await disk.read(LOG_FILE)) ?? new Uint8Array(0);
    const scanned = this.#scan(found);
    if (scanned.damaged) {
      const why = `it is damaged behind octet ${scanned.end}, and goes on after that`;
      throw new ImError('IM_STORE_OPEN', { file: LOG_FILE, why });
    }
    if (scanned.end < found.length) cut?.();
    const payloads = scanned.payloads.length > 0 ? scanned.payloads : [head()];
    const whole = scanned.end > 0 ? found.subarray(0, scanned.end) : encodeFrame(0, payloads[0]);
    if (mutant !== 'recovers-without-a-sync' || scanned.end === 0) await this.#replace(whole);
    this.#end = whole.length;
    this.#serial = payloads.length;
    return payloads;
  }

  #scan(found: Uint8Array): Scanned {
    const { mutant } = this.#options;
    const scanned = scanFrames(found, mutant === 'trusts-a-torn-tail');
    if (mutant !== 'forgets-the-last-frame' || scanned.payloads.length < 2) return scanned;
    const frames = scanned.payloads.slice(0, -1).map((payload, at) => encodeFrame(at, payload));
    const end = frames.reduce((sum, frame) => sum + frame.length, 0);
    return { payloads: scanned.payloads.slice(0, -1), end, damaged: false };
  }

  async #replace(whole: Uint8Array): Promise<void> {
    const { disk } = this.#options;
    await disk.create(COPY_FILE);
    await disk.write(COPY_FILE, 0, whole);
    await disk.sync(COPY_FILE);
    await disk.rename(COPY_FILE, LOG_FILE);
    await disk.syncFolder();
  }
}
