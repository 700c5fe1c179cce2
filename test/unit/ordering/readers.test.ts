/** From senders to readers: each ordering, and what the readers of its log are shown. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Ordering, OrderingHost, Placing } from 'im-kernel/contract';
import { fakeClock, memoryRegister, never, orderingHost } from 'im-kernel/kit';
import type { Deliver } from '../../../core/wire/frames.ts';
import centralSequencer from '../../../plugins/ordering/central-sequencer/index.ts';
import conversationOwner from '../../../plugins/ordering/conversation-owner/index.ts';
import timestampWindow from '../../../plugins/ordering/timestamp-window/index.ts';
import { aDelivery } from '../client/fake-world.ts';
import { isInTime, judgeAllOnce, judgeProcesses } from '../client/reorder-judges.ts';
import { CALM, type Fate, type Plan, ReorderRig } from '../client/reorder-rig.ts';
import { arrivals, event, skews, type Event } from './four-devices.ts';
import { sequencerSettings } from './sequencer-settings.ts';
import { windowSettings } from './window-settings.ts';
import type { Message } from './window-stage.ts';

const WINDOW_MS = 100;
const orderings: Readonly<Record<string, (host: OrderingHost) => Ordering>> = {
  'conversation-owner': (host) => conversationOwner.create({ maxHold: 300 }, host),
  'central-sequencer': (host) => centralSequencer.create(sequencerSettings({ block: 3 }), host),
  'timestamp-window': (host) => timestampWindow.create(windowSettings({}), host),
};

type Entry = Placing & { readonly order: number };

/** The server: it restarts with its register, and goes on from what was kept. */
class Server {
  readonly clock = fakeClock();
  readonly startMs = this.clock.now();
  readonly entries: Entry[] = [];
  readonly #make: (host: OrderingHost) => Ordering;
  readonly #register = memoryRegister();
  readonly #numbers = new Map<string, number>();
  #ordering: Ordering | undefined;
  #standing = { acceptedAt: 0 };

  constructor(make: (host: OrderingHost) => Ordering) {
    this.#make = make;
  }

  async restart(): Promise<void> {
    await this.#ordering?.stop(never());
    this.readAnew();
    this.#ordering = this.#make(orderingHost({ clock: this.clock }, this.#register));
    await this.#ordering.start(never());
  }

  readAnew(): void {
    this.#standing = { acceptedAt: this.entries.at(-1)?.acceptedAt ?? 0 };
  }

  async take({ user = '', device = '', sentAt, at, kept = true }: Message): Promise<void> {
    this.clock.advance(at - this.clock.monotonic());
    const key = `${user} ${device}`;
    const number = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, number);
    const last = this.entries.at(-1);
    const acceptedAt = Math.max(last?.acceptedAt ?? 0, this.clock.now());
    const sender = { conversation: 'g/tea', user, device, number };
    const placing = { ...sender, position: this.entries.length + 1, sentAt, acceptedAt };
    const [order = 0] = await this.#ordering!.place(
      [placing],
      () => last?.order ?? 0,
      () => this.#standing,
    );
    if (!kept) return;
    this.entries.push({ ...placing, order });
    this.#standing.acceptedAt = acceptedAt;
  }

  async stop(): Promise<void> {
    await this.#ordering?.stop(never());
  }
}

interface Way {
  readonly delayMs: number;
  readonly fate: Fate;
}
/** A message, and its way to each of the readers. */
type Step = Event & { readonly ways: readonly Way[] };

/** One of the senders' devices, and two of somebody who only reads. */
const READERS = ['ann phone0', 'cat phone0', 'cat phone1'];
const way = fc.record({
  delayMs: fc.nat(150),
  fate: fc.constantFrom<Fate>('comes', 'comes', 'comes', 'comes', 'twice', 'lost'),
});
const steps = fc.array(
  fc.tuple(event, fc.tuple(way, way, way)).map(([one, ways]): Step => ({ ...one, ways })),
  { minLength: 1, maxLength: 60 },
);

async function serve(
  make: (host: OrderingHost) => Ordering,
  events: readonly Step[],
  skewsMs: readonly number[],
): Promise<{ server: Server; kept: readonly Step[] }> {
  const server = new Server(make);
  await server.restart();
  const kept: Step[] = [];
  for (const { message, fate, event: step } of arrivals(events, skewsMs, server.startMs)) {
    if (fate === 'restart') await server.restart();
    if (fate === 'reread') server.readAnew();
    if (fate === 'back') server.clock.jump(-700);
    await server.take(message);
    if (message.kept) kept.push(step);
  }
  await server.stop();
  return { server, kept };
}

/** What the server delivers to one device, in the time of the reorder rig. */
function logFor(reader: string, { entries, startMs }: Server): Deliver[] {
  let previous = 0;
  return entries.map(({ user, device, position, order, sentAt, acceptedAt }) => {
    const from = { from: user, device, sentAt, acceptedAt: acceptedAt - startMs };
    const delivery = aDelivery(position, { conversation: 'g/tea', order, previous, ...from });
    if (`${user} ${device}` !== reader) previous = position;
    return delivery;
  });
}

function read(
  at: number,
  { server, kept }: Awaited<ReturnType<typeof serve>>,
  plan: Partial<Plan>,
): ReorderRig {
  const reader = READERS[at]!;
  const log = logFor(reader, server);
  const entries = kept.map(({ ways }, index) => {
    const { from, device } = log[index]!;
    const { delayMs, fate } = ways[at]!;
    const own = `${from} ${device}` === reader;
    return { gapMs: 0, lagMs: 0, delayMs, fate: own ? ('own' as const) : fate };
  });
  return new ReorderRig({ ...CALM, ...plan, entries }, log).run();
}

const noWindow = [{ atMs: 0, windowMs: 0 }];
const crashesMs = fc.array(fc.nat(4_000), { maxLength: 3 });
const life = fc.record({ crashesMs, remembers: fc.boolean(), historyMs: fc.nat(300) });
const lives = fc.tuple(life, life, life);

/** In which sequence they were first shown. */
function firstShown({ shown }: ReorderRig): number[] {
  return [...new Set(shown.map(({ position }) => position))];
}

describe('from senders to readers', () => {
  for (const use of ['conversation-owner', 'central-sequencer']) {
    it(`${use} shows all readers its log, at every moment, whatever restarts`, async () => {
      const property = fc.asyncProperty(steps, skews, lives, async (events, skewsMs, plans) => {
        const served = await serve(orderings[use]!, events, skewsMs);
        const { entries } = served.server;
        const byOrder = entries.toSorted((a, b) => a.order - b.order);
        assert.deepEqual(byOrder, entries);
        for (const [at, plan] of plans.entries()) {
          const rig = read(at, served, { ...plan, windows: noWindow });
          judgeProcesses(rig);
          assert.equal(rig.notes.late, 0);
          const meant = byOrder.filter((one) => `${one.user} ${one.device}` !== READERS[at]);
          assert.deepEqual(
            firstShown(rig),
            meant.map(({ position }) => position),
          );
        }
      });
      await fc.assert(property, { numRuns: 150 });
    });
  }

  it('timestamp-window shows in its order all that comes within the window', async () => {
    const property = fc.asyncProperty(steps, skews, lives, async (events, skewsMs, plans) => {
      const served = await serve(orderings['timestamp-window']!, events, skewsMs);
      for (const [at, plan] of plans.entries()) {
        const windows = [{ atMs: 0, windowMs: WINDOW_MS }];
        judgeProcesses(read(at, served, { ...plan, windows }));
        const rig = read(at, served, { ...plan, windows, crashesMs: [] });
        judgeAllOnce(rig);
        for (const one of rig.shown)
          assert.ok(!one.late || !isInTime(one, rig, WINDOW_MS), `position ${one.position}`);
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
