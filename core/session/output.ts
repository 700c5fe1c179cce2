/**
 * The way out to one peer: frames are gathered and handed to the transport once per turn of the
 * event loop. When the transport's buffer is full the output is `blocked`: what is owed still
 * gathers here (it is bounded by what the session reads), but nobody starts anything new for this
 * peer.
 */
import type { Binding, Clock, Peer } from '../contract/index.ts';
import { encodeJson } from '../wire/json.ts';
import { FrameBuffer } from '../wire/frame-buffer.ts';
import type { Delivery, ServerFrame } from '../wire/frames.ts';

/** Whether anything may go out now. */
export interface Gate {
  readonly open: boolean;
  /** Called once, when it is open again; never if it stays shut. */
  whenOpen(run: () => void): void;
}

/**
 * Runs `flush` of every output that was written to, once, at the end of the turn; where very many
 * were, the rest in the next turns, so that what is said to a crowd holds up nobody else. Nothing
 * goes out while the gate is shut.
 */
export class Flusher {
  readonly #soon: (run: () => void) => void;
  readonly #bound: { readonly perTurn: number };
  readonly #gate: Gate;
  #waiting: Output[] = [];

  constructor(soon: (run: () => void) => void, bound: { readonly perTurn: number }, gate: Gate) {
    this.#soon = soon;
    this.#bound = bound;
    this.#gate = gate;
  }

  get open(): boolean {
    return this.#gate.open;
  }

  add(output: Output): void {
    this.#waiting.push(output);
    if (this.#waiting.length === 1) this.#soon(() => this.#run());
  }

  #run(): void {
    if (!this.#gate.open) return this.#gate.whenOpen(() => this.#run());
    const outputs = this.#waiting;
    const { perTurn } = this.#bound;
    this.#waiting = outputs.length > perTurn ? outputs.splice(perTurn) : [];
    if (this.#waiting.length > 0) this.#soon(() => this.#run());
    for (const output of outputs) output.flush();
  }
}

const encoder = new TextEncoder();

export interface OutputSurroundings {
  readonly flusher: Flusher;
  readonly clock: Clock;
  /** What may gather here while the transport's buffer is full, or nothing may go out. */
  readonly maxBytes: number;
  /** The transport's buffer is full: it begins to wait. */
  readonly blocked: () => void;
  /** More has gathered: the peer is too slow. */
  readonly overflow: () => void;
}

/** A DELIVER, encoded once for all who get it; as fields only for those who need them. */
export interface Deliverable {
  readonly payload: Uint8Array;
  readonly delivery: Delivery;
}

export class Output {
  readonly #peer: Peer;
  readonly #frames: FrameBuffer | undefined;
  #messages: Uint8Array[] = [];
  #waiting = false;
  #blocked = false;
  #closed = false;
  /** When the connection began, monotonic ms. */
  readonly beganMs: number;
  /** When something was last handed over, monotonic ms: for the heartbeat. */
  sentMs: number;
  /** Octets handed over, for the counters. */
  sentBytes = 0;

  readonly #around: OutputSurroundings;
  #messageBytes = 0;

  constructor(peer: Peer, binding: Binding, around: OutputSurroundings) {
    this.#peer = peer;
    this.#around = around;
    this.beganMs = around.clock.monotonic();
    this.sentMs = this.beganMs;
    this.#frames = binding.encoding === 'tlv' ? new FrameBuffer() : undefined;
  }

  get blocked(): boolean {
    return this.#blocked;
  }

  /** What has gathered here and was not handed over yet. */
  get queuedBytes(): number {
    return this.#frames?.length ?? this.#messageBytes;
  }

  write(frame: ServerFrame): void {
    if (this.#closed) return;
    if (this.#frames) this.#frames.append(frame);
    else this.#gather(encodeJson(frame));
    this.#wait();
  }

  /** A DELIVER whose fields were encoded before, once for all who get it. */
  deliver(message: Deliverable, previous: number | undefined, again: boolean): void {
    if (this.#closed) return;
    if (this.#frames) {
      this.#frames.appendDeliver(message.payload, previous, again);
    } else {
      const extra = {
        ...(previous === undefined ? {} : { previous }),
        ...(again ? { again: 1 } : {}),
      };
      this.#gather(encodeJson({ type: 'deliver', ...message.delivery, ...extra }));
    }
    this.#wait();
  }

  drained(): void {
    this.#blocked = false;
    this.flush();
  }

  /** Hands over what has gathered, unless the transport asked to wait. */
  flush(): void {
    this.#waiting = false;
    if (!this.#around.flusher.open) return this.#wait();
    if (this.#blocked || this.#closed) return;
    if (this.#frames) {
      if (this.#frames.length > 0) this.#send(this.#frames.take());
      return;
    }
    const messages = this.#messages;
    this.#messages = [];
    this.#messageBytes = 0;
    for (const [at, message] of messages.entries()) this.#send(message, at < messages.length - 1);
  }

  /**
   * Sends what has gathered, full or not, and ends the connection in order. While nothing may go
   * out, what has gathered is dropped.
   */
  end(lingerMs: number): void {
    if (this.#closed) return;
    this.#blocked = false;
    if (this.#around.flusher.open) this.flush();
    this.#closed = true;
    this.#peer.end(lingerMs);
  }

  /** Drops what has gathered, says only this, and ends the connection. */
  endWith(frame: ServerFrame, lingerMs: number): void {
    if (this.#closed) return;
    this.#frames?.take();
    this.#blocked = false;
    this.#closed = true;
    this.#send(this.#frames ? framed(frame) : encoder.encode(encodeJson(frame)));
    this.#peer.end(lingerMs);
  }

  destroy(): void {
    this.#closed = true;
    this.#peer.destroy();
  }

  #wait(): void {
    const { flusher, maxBytes, overflow } = this.#around;
    if (this.#blocked || !flusher.open) {
      if (this.queuedBytes > maxBytes) return overflow();
    }
    if (this.#blocked || this.#waiting) return;
    this.#waiting = true;
    flusher.add(this);
  }

  #gather(json: string): void {
    const message = encoder.encode(json);
    this.#messages.push(message);
    this.#messageBytes += message.length;
  }

  #send(bytes: Uint8Array, more = false): void {
    this.sentBytes += bytes.length;
    this.sentMs = this.#around.clock.monotonic();
    if (this.#peer.send(bytes, more) || this.#blocked) return;
    this.#blocked = true;
    this.#around.blocked();
  }
}

function framed(frame: ServerFrame): Uint8Array {
  const frames = new FrameBuffer();
  frames.append(frame);
  return frames.take();
}
