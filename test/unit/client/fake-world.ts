/** A world for a client without a real clock, chance or network: time moves when a test says so. */
import { FrameBuffer } from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type {
  Accepted,
  Act,
  ClientFrame,
  Deliver,
  Hello,
  Refused,
  Send,
  ServerFrame,
  Welcome,
} from '../../../core/wire/frames.ts';
import type { Cancel, ClientClock, ClientRandom } from '../../../client/clock.ts';
import type { ConnectionEvents, Connector } from '../../../client/connector.ts';

export const LOG = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';
export const OTHER_LOG = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4052';

export class FakeTime implements ClientClock {
  #nowMs = 0;
  #serial = 0;
  #timers: { atMs: number; serial: number; run: () => void }[] = [];
  #soon: (() => void)[] = [];

  now(): number {
    return 1_795_404_000_000 + this.#nowMs;
  }
  monotonic(): number {
    return this.#nowMs;
  }
  after(delayMs: number, run: () => void): Cancel {
    this.#serial += 1;
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), serial: this.#serial, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  soon(run: () => void): void {
    this.#soon.push(run);
  }
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => void setImmediate(resolve));
      const due = this.#soon;
      this.#soon = [];
      for (const run of due) run();
      if (due.length > 0) quiet = -1;
    }
  }

  /** Time passes, and what falls due happens in its turn. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (;;) {
      const due = this.#timers
        .filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs || a.serial - b.serial)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
      await this.settle();
    }
    this.#nowMs = endMs;
  }
}

/** Chance that a test can foresee. */
export class FakeChance implements ClientRandom {
  value = 0.5;
  #count = 0;
  next(): number {
    return this.value;
  }
  bytes(length: number): Uint8Array {
    this.#count += 1;
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(length - 4, this.#count);
    return bytes;
  }
}

/** One connection, as the server sees it. */
export class FakeLink {
  readonly address: string;
  /** Everything that the client has sent. */
  readonly heard: ClientFrame[] = [];
  readonly #events: ConnectionEvents;
  readonly #decoder = new FrameDecoder({
    from: 'client',
    framing: 'stream',
    maxFrameBytes: 1 << 20,
  });
  closedByClient = false;
  bufferedBytes = 0;
  /** Answers PINGs. */
  alive = true;

  constructor(address: string, events: ConnectionEvents) {
    this.address = address;
    this.#events = events;
  }

  take(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      const heard = frame as ClientFrame;
      this.heard.push(heard);
      if (heard.type === 'ping' && this.alive) this.say({ ...heard, type: 'pong' });
    }
  }

  open(): void {
    this.#events.opened();
  }

  say(...frames: ServerFrame[]): void {
    const buffer = new FrameBuffer();
    for (const frame of frames) buffer.append(frame);
    this.bytes(buffer.take());
  }

  bytes(bytes: Uint8Array): void {
    if (!this.closedByClient) this.#events.received(bytes);
  }

  cut(why = 'cut'): void {
    this.#events.closed(why);
  }

  get hello(): Hello {
    return this.only('hello')[0]!;
  }

  only<T extends ClientFrame['type']>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.heard.filter((frame) => frame.type === type) as never;
  }

  /** Commands in the sequence in which they came. */
  get commands(): (Send | Act)[] {
    return this.heard.filter((frame) => frame.type === 'send' || frame.type === 'act');
  }

  get numbers(): number[] {
    return this.commands.map(({ number }) => number);
  }

  welcome(more: Partial<Welcome> = {}): void {
    this.say(aWelcome(more));
  }

  accept(command: Send | Act, more: Partial<Accepted> = {}): void {
    this.say(anAcceptance(command, more));
  }

  refuse(command: Send | Act, code: string, more: Partial<Refused> = {}): void {
    const { conversation, number, id, attempt } = command;
    const echo = attempt === undefined ? {} : { attempt };
    this.say({ type: 'refused', conversation, number, id, code, ...echo, ...more });
  }
}

export class FakeNet {
  readonly links: FakeLink[] = [];
  /** False: connections stay in the making until a test opens or cuts them. */
  opens = true;

  get last(): FakeLink {
    return this.links.at(-1)!;
  }

  readonly connector: Connector = (address, events) => {
    const link = new FakeLink(address, events);
    this.links.push(link);
    if (this.opens) queueMicrotask(() => link.open());
    return {
      send: (bytes) => link.take(bytes),
      get bufferedBytes() {
        return link.bufferedBytes;
      },
      close: () => {
        link.closedByClient = true;
      },
    };
  };
}

export function aWelcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    version: 1,
    user: 'ann',
    device: 'd1',
    session: 's1',
    node: 'im-1',
    heartbeatMs: 20_000,
    window: 32,
    maxFrame: 65_536,
    serverTime: 1_795_404_000_000,
    ordering: [{ strategy: 'conversation-owner', holdMs: 0, maxHoldMs: 300 }],
    retransmitMs: 2_000,
    retransmitTries: 3,
    log: LOG,
    ...more,
  };
}

export function anAcceptance(command: Send | Act, more: Partial<Accepted> = {}): Accepted {
  const { conversation, number, id, attempt } = command;
  return {
    type: 'accepted',
    conversation,
    number,
    id,
    position: number,
    order: number,
    acceptedAt: 1_795_404_000_001,
    durability: 'disk',
    ...(attempt === undefined ? {} : { attempt }),
    ...more,
  };
}

export function aDelivery(position: number, more: Partial<Deliver> = {}): Deliver {
  return {
    type: 'deliver',
    conversation: 'd/ann/bob',
    position,
    order: position,
    id: LOG,
    from: 'bob',
    device: 'b1',
    number: position,
    sentAt: 1_795_404_000_000,
    acceptedAt: 1_795_404_000_001,
    body: new TextEncoder().encode(`message ${position}`),
    ...more,
  };
}
