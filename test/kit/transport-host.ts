/**
 * What a transport meets in a test: a kernel that writes down what its ears hear, on a clock moved
 * by hand.
 */
import type { Binding, Ear, Peer, TransportHost } from 'im-kernel/contract';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { quietHost, type QuietHost } from './quiet-host.ts';

/** What an ear was told, in sequence. */
export type Heard = 'receive' | 'oversize' | 'drained' | 'ended' | 'closed';

/** An ear that remembers everything, and every breach of the contract. */
export class RecordingEar implements Ear {
  readonly peer: Peer;
  readonly binding: Binding;
  readonly heard: Heard[] = [];
  /** A copy of what each `receive` brought. */
  readonly chunks: Buffer[] = [];
  readonly breaches: string[] = [];
  bytes = 0;
  /** How often `alive` was called. It may be at any read, so it is not in `heard`. */
  signsOfLife = 0;
  /** Called with the bytes of each `receive`; its answer is the ear's. */
  answer: (bytes: Uint8Array) => Promise<void> | undefined = () => undefined;
  #waiting = false;

  constructor(peer: Peer, binding: Binding) {
    this.peer = peer;
    this.binding = binding;
  }

  receive(bytes: Uint8Array): Promise<void> | undefined {
    this.#hear('receive');
    if (this.#waiting) this.breaches.push('receive while a promise was pending');
    this.chunks.push(Buffer.from(bytes));
    this.bytes += bytes.length;
    const wait = this.answer(bytes);
    if (!wait) return undefined;
    this.#waiting = true;
    return wait.finally(() => (this.#waiting = false));
  }
  alive(): void {
    this.signsOfLife += 1;
  }
  oversize(): void {
    this.#hear('oversize');
  }
  drained(): void {
    this.#hear('drained');
  }
  ended(): void {
    this.#hear('ended');
  }
  closed(): void {
    this.#hear('closed');
  }

  count(what: Heard): number {
    return this.heard.filter((heard) => heard === what).length;
  }
  /** All bytes so far, in one piece. */
  whole(): Buffer {
    return Buffer.concat(this.chunks);
  }
  #hear(what: Heard): void {
    if (this.heard.includes('closed')) this.breaches.push(`${what} after closed`);
    this.heard.push(what);
  }
}

export interface RecordingHost extends QuietHost, TransportHost {
  readonly clock: FakeClock;
  readonly ears: readonly RecordingEar[];
  /** Called for each new peer, within `open`. */
  onOpen: (ear: RecordingEar) => void;
}

export function recordingHost(
  bounds: { messageMaxBytes?: number; highWaterBytes?: number } = {},
): RecordingHost {
  const ears: RecordingEar[] = [];
  const clock = fakeClock();
  const host: RecordingHost = {
    ...quietHost({ name: 'judged', clock }),
    clock,
    messageMaxBytes: 1_048_576,
    highWaterBytes: 262_144,
    ...bounds,
    ears,
    onOpen: () => undefined,
    open(peer, binding) {
      const ear = new RecordingEar(peer, binding);
      ears.push(ear);
      host.onOpen(ear);
      return ear;
    },
  };
  return host;
}
