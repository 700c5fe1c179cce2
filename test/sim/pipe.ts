/**
 * One direction of a simulated connection: octets in order, never lost in the middle (that is TCP's
 * work), but late, cut into arbitrary segments, held back for any time, or ended by a break behind
 * any octet.
 */
import type { Prng } from './prng.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** whole: all that is there. slices: a random part of it. octets: one to three. */
export type Slicing = 'whole' | 'slices' | 'octets';

export interface PipeShape {
  readonly latencyMs: number;
  /** Added to each write, exponentially distributed around this. */
  readonly jitterMs: number;
  readonly slicing: Slicing;
}

/** Where a pipe's octets come out. */
export interface PipeEnd {
  /** A promise stops the flow until it resolves. */
  bytes(segment: Uint8Array): Promise<void> | undefined;
  /** The writer finished; everything has come. */
  finished(): void;
  /** The connection broke; some of what was written may have come. */
  broken(): void;
}

interface Chunk {
  readonly readyUs: number;
  readonly bytes: Uint8Array;
}

export class Pipe {
  readonly #world: VirtualClock;
  readonly #prng: Prng;
  readonly #shape: PipeShape;
  readonly #end: PipeEnd;
  readonly #name: string;
  #chunks: Chunk[] = [];
  #buffered = 0;
  #holds = 0;
  #slowness = 1;
  #receiving = false;
  #scheduled = false;
  #lastReadyUs = 0;
  #close: 'finish' | 'break' | undefined;
  #over = false;
  #whenEmpty: (() => void) | undefined;

  constructor(world: VirtualClock, prng: Prng, name: string, shape: PipeShape, end: PipeEnd) {
    this.#world = world;
    this.#prng = prng;
    this.#name = name;
    this.#shape = shape;
    this.#end = end;
  }

  /** Octets written and not yet out at the other end. */
  get buffered(): number {
    return this.#buffered;
  }

  write(bytes: Uint8Array): void {
    if (this.#over || this.#close !== undefined || bytes.length === 0) return;
    this.#chunks.push({ readyUs: this.#nextReadyUs(), bytes: bytes.slice() });
    this.#buffered += bytes.length;
    this.#schedule();
  }

  /** Calls `run` once, when nothing is buffered any more. */
  onceEmpty(run: () => void): void {
    this.#whenEmpty = run;
  }

  /** Ends the stream behind what was written. */
  finish(): void {
    this.#closeBy('finish');
  }

  /**
   * Ends the stream behind a random prefix of what was written: in the middle of a frame, as it may
   * fall.
   */
  break(): void {
    const kept = this.#buffered === 0 ? 0 : this.#prng.below(this.#buffered + 1);
    this.#cutTo(kept);
    this.#close = undefined;
    this.#closeBy('break');
  }

  /** Nothing comes out any more, not even an end: the cable is gone, or the machine that sent. */
  vanish(): void {
    this.#cutTo(0);
    this.#over = true;
  }

  /** Holds the flow until as many `resume`s follow. */
  hold(): void {
    this.#holds += 1;
  }

  resume(): void {
    this.#holds -= 1;
    this.#schedule();
  }

  /** Multiplies latencies from now on; 1 is normal. */
  slow(factor: number): void {
    this.#slowness = factor;
  }

  #closeBy(how: 'finish' | 'break'): void {
    if (this.#over || this.#close !== undefined) return;
    this.#close = how;
    this.#lastReadyUs = this.#nextReadyUs();
    this.#schedule();
  }

  #nextReadyUs(): number {
    const { latencyMs, jitterMs } = this.#shape;
    const delayMs = (latencyMs + this.#prng.exponential(jitterMs)) * this.#slowness;
    const readyUs = this.#world.nowUs + Math.round(delayMs * 1000);
    this.#lastReadyUs = Math.max(this.#lastReadyUs, readyUs);
    return this.#lastReadyUs;
  }

  #cutTo(length: number): void {
    const bytes = this.#take(Math.min(length, this.#buffered), Number.MAX_SAFE_INTEGER);
    this.#chunks = bytes.length > 0 ? [{ readyUs: this.#world.nowUs, bytes }] : [];
    this.#buffered = bytes.length;
  }

  #schedule(): void {
    if (this.#scheduled || this.#over || this.#holds > 0 || this.#receiving) return;
    const head = this.#chunks[0];
    if (head === undefined && this.#close === undefined) return;
    const readyUs = head?.readyUs ?? this.#lastReadyUs;
    const gapMs = Math.max(0.001 * this.#prng.between(1, 60), (readyUs - this.#world.nowUs) / 1000);
    this.#scheduled = true;
    this.#world.after(gapMs, this.#name, () => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#over || this.#holds > 0 || this.#receiving) return;
    if (this.#chunks.length === 0) return this.#deliverEnd();
    const ready = this.#readyBytes();
    if (ready === 0) return this.#schedule();
    const segment = this.#take(this.#segmentLength(ready), this.#world.nowUs);
    const pending = this.#end.bytes(segment);
    if (this.#buffered === 0) this.#tellEmpty();
    if (pending === undefined) return this.#schedule();
    this.#receiving = true;
    const goOn = (): void => {
      this.#receiving = false;
      this.#schedule();
    };
    pending.then(goOn, goOn);
  }

  #deliverEnd(): void {
    if (this.#close === undefined) return;
    const how = this.#close;
    this.#over = true;
    if (how === 'finish') this.#end.finished();
    else this.#end.broken();
  }

  #tellEmpty(): void {
    const run = this.#whenEmpty;
    this.#whenEmpty = undefined;
    if (run !== undefined) this.#world.after(0, this.#name, run);
  }

  #readyBytes(): number {
    let ready = 0;
    for (const chunk of this.#chunks) {
      if (chunk.readyUs > this.#world.nowUs) break;
      ready += chunk.bytes.length;
    }
    return ready;
  }

  #segmentLength(ready: number): number {
    if (this.#shape.slicing === 'octets') return Math.min(ready, this.#prng.between(1, 3));
    return this.#shape.slicing === 'slices' ? this.#prng.between(1, ready) : ready;
  }

  /** Removes up to `length` octets that are ready by `untilUs`. */
  #take(length: number, untilUs: number): Uint8Array {
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const head = this.#chunks[0];
      if (head === undefined || head.readyUs > untilUs) break;
      const part = head.bytes.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length === head.bytes.length) this.#chunks.shift();
      else this.#chunks[0] = { readyUs: head.readyUs, bytes: head.bytes.subarray(part.length) };
    }
    this.#buffered -= filled;
    return taken.subarray(0, filled);
  }
}
