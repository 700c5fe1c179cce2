/** What a consumer must do; see `Consumer` in the contract. */
import assert from 'node:assert/strict';
import type { Attempt, Consumer, Entry, Host } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, until } from './quiet-host.ts';
import { after, afterEach, before, beforeEach, describe, it } from './runner.ts';

/** What lies behind the consumer, in the judge's hands. */
export interface Outside {
  /** Works as it should; also what ends `refuses` and `hangs`. */
  works(): void;
  /** From now on every effect fails, and none happens. */
  refuses(): void;
  /** From now on nobody answers, and no effect happens. */
  hangs(): void;
  /** The effects that happened, in their order, as `conversation position`; repeats too. */
  happened(): readonly string[];
  /** What happened is forgotten. */
  forget(): void;
}

export interface ConsumerCase {
  readonly name: string;
  /** Makes a consumer that was never started; it works upon `outside`. */
  make(host: Host): Consumer;
  readonly outside: Outside;
  /** Before the first test, and after the last. */
  prepare?(): Promise<void> | void;
  clean?(): Promise<void> | void;
}

/** An attempt that nobody waits for any more has to end within this. */
const END_MAX_MS = 3_000;

function entry(conversation: string, position: number, more: Partial<Entry> = {}): Entry {
  const base = {
    conversation,
    position,
    order: position,
    id: `0199a0b1-c2d3-7e4f-8a9b-${position.toString(16).padStart(12, '0')}`,
    user: 'ann',
    device: 'phone',
    number: position,
    sentAt: 1_795_404_000_000,
    acceptedAt: 1_795_404_000_001,
    kind: 'message',
  };
  return { ...base, body: new TextEncoder().encode(`text ${position}`), ...more };
}

function bodyless(conversation: string, position: number, more: Partial<Entry>): Entry {
  const { body: _, ...rest } = entry(conversation, position, more);
  return rest;
}

/** One of every kind that a log holds. */
function kinds(): readonly Entry[] {
  return [
    bodyless('d/ann/bob', 1, { kind: 'friend.request' }),
    entry('d/ann/bob', 2, { mediaType: 'image/png', body: Uint8Array.of(0, 255, 128) }),
    entry('d/ann/bob', 3, { body: new Uint8Array(0) }),
    bodyless('d/ann/bob', 4, { kind: 'expired' }),
    entry('d/ann/bob', 5, { body: new Uint8Array(60_000).fill(120) }),
    entry('d/a@b.c/x+y_z', 2 ** 48 - 1, {
      body: new TextEncoder().encode('ÄÖ 中 \u{1f600} \u0000'),
    }),
    bodyless('g/tea', 1, { kind: 'group.create', users: ['bob'], title: 'Tea "x"', open: true }),
  ];
}

const named = ({ conversation, position }: Entry): string => `${conversation} ${position}`;
const first = (): Attempt => ({ attempt: 1, signal: never() });

/** Settles as the attempt does; fails if that takes too long. */
async function within(work: Promise<void>, what: string): Promise<'done' | 'rejected'> {
  let fate: 'done' | 'rejected' | undefined;
  void work.then(
    () => (fate = 'done'),
    () => (fate = 'rejected'),
  );
  await until(() => fate !== undefined, what, END_MAX_MS);
  return fate!;
}

/** One sentence of the contract, and how it is asked for. */
type Cases = Readonly<Record<string, (consumer: Consumer, outside: Outside) => Promise<void>>>;

const CASES: Cases = {
  'is done with an entry when its effect has happened, one after the other': async (
    consumer,
    outside,
  ) => {
    const entries = Array.from({ length: 20 }, (_, at) => entry('g/tea', at + 1));
    for (const [at, one] of entries.entries()) {
      await consumer.consume(one, first());
      assert.deepEqual(outside.happened(), entries.slice(0, at + 1).map(named));
    }
  },

  'takes every kind of entry': async (consumer, outside) => {
    for (const one of kinds()) await consumer.consume(one, first());
    assert.deepEqual(outside.happened(), kinds().map(named));
  },

  'takes entries of several conversations side by side': async (consumer, outside) => {
    const entries = Array.from({ length: 12 }, (_, at) => entry(`g/tea-${at}`, 1));
    await Promise.all(entries.map((one) => consumer.consume(one, first())));
    assert.deepEqual(outside.happened().toSorted(), entries.map(named).toSorted());
  },

  'rejects while the effect fails, and takes the same entry later': async (consumer, outside) => {
    outside.refuses();
    const one = entry('g/tea', 1);
    for (const attempt of [1, 2]) {
      const work = consumer.consume(one, { attempt, signal: never() });
      assert.equal(await within(work, 'a rejection'), 'rejected');
    }
    assert.deepEqual(outside.happened(), []);
    outside.works();
    await consumer.consume(one, { attempt: 3, signal: never() });
    assert.deepEqual(outside.happened(), [named(one)]);
  },

  'takes an entry again that it took before': async (consumer, outside) => {
    const one = entry('g/tea', 1);
    await consumer.consume(one, first());
    await consumer.consume(one, first());
    assert.ok(outside.happened().length >= 1);
  },

  'ends an attempt, undone, when nobody waits for it any more': async (consumer, outside) => {
    outside.hangs();
    const controller = new AbortController();
    const work = consumer.consume(entry('g/tea', 1), { attempt: 1, signal: controller.signal });
    controller.abort(new Error('nobody waits'));
    assert.equal(await within(work, 'the end of the attempt'), 'rejected');
  },

  'writes nothing to the entry': async (consumer) => {
    const one = entry('g/tea', 1);
    const body = one.body!.slice();
    await consumer.consume(Object.freeze(one), first());
    assert.deepEqual(one.body, body);
  },
};

/** Judges a consumer: when it says done, when it says failed, and its life. */
export function judgeConsumer(judged: ConsumerCase): void {
  const { outside } = judged;

  describe(`${judged.name} as a consumer`, () => {
    let consumer: Consumer;
    before(() => judged.prepare?.());
    after(() => judged.clean?.());
    beforeEach(async () => {
      outside.works();
      outside.forget();
      consumer = judged.make(quietHost());
      await consumer.start(never());
    });
    afterEach(async () => {
      outside.works();
      await consumer.stop(never());
    });

    for (const [sentence, ask] of Object.entries(CASES)) it(sentence, () => ask(consumer, outside));
  });
  judgeComponent({
    name: judged.name,
    make: () => judged.make(quietHost()),
    ...(judged.prepare && { prepare: () => judged.prepare?.() }),
    ...(judged.clean && { clean: () => judged.clean?.() }),
  });
}
