/**
 * The part of the transport's judge that asks how bytes flow: whole, in order, and held back both
 * ways.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { seededRandom, until } from './quiet-host.ts';
import { describe, it } from './runner.ts';
import type { TransportClient } from './transport-client.ts';
import type { RecordingEar } from './transport-host.ts';
import type { OnStage, TransportCase } from './transport-judge.ts';

const MIB = 1_048_576;

/** Letters that differ from place to place: JSON bindings carry text, so these are text. */
export function letters(length: number, seed: number): Buffer {
  const random = seededRandom(seed);
  const start = Math.floor(random.next() * 26);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = 97 + ((start + at * 7) % 26);
  return bytes;
}

function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The kernel answers everything with itself. */
export function echo(ear: RecordingEar): void {
  ear.answer = (bytes) => {
    ear.peer.send(Buffer.from(bytes));
    return undefined;
  };
}

/** The client's bytes come back whole. */
export async function roundTrip(client: TransportClient, seed: number): Promise<void> {
  const before = client.received().length;
  const part = letters(1_000, seed);
  await client.send([part]);
  await until(() => client.received().length === before + part.length, 'the echo comes back');
  assert.deepEqual(client.received().subarray(before), part);
}

/** How much of its bytes a client cannot get rid of, once that stands still. */
async function heldBack(client: TransportClient): Promise<number> {
  let last = -1;
  for (let still = 0; still < 40; still += 1) {
    await wait(2);
    if (client.unsent !== last) still = 0;
    last = client.unsent;
  }
  return last;
}

/** Sends until the transport says that its buffer is full; answers what was sent. */
export function fill(ear: RecordingEar): Buffer[] {
  const sent: Buffer[] = [];
  for (let full = false; !full;) {
    const part = letters(32_768, sent.length);
    sent.push(part);
    full = !ear.peer.send(part);
    assert.ok(sent.length < 4_096, 'send says false long before 128 MiB are buffered');
  }
  return sent;
}

/**
 * Sends until the buffers of the system are full as well, so that only the peer's reading can
 * help.
 */
export async function clog(ear: RecordingEar): Promise<Buffer[]> {
  const sent: Buffer[] = [];
  for (let drained = -1; ear.count('drained') !== drained;) {
    drained = ear.count('drained');
    sent.push(...fill(ear));
    for (let still = 0; still < 20 && ear.count('drained') === drained; still += 1) await wait(2);
  }
  return sent;
}

function judgeInput(judged: TransportCase, onStage: OnStage): void {
  for (const sliceBytes of [1, 7, 1_000, undefined]) {
    const how = sliceBytes === undefined ? 'glued together' : `cut into ${sliceBytes} octets`;
    it(`brings bytes whole and in order when they are ${how}`, () =>
      onStage(async ({ join }) => {
        const { client, ear } = await join();
        const parts = [1, 2, 125, 126, 127, 300, 5].map((length, at) => letters(length, at));
        if (sliceBytes !== 1) parts.push(letters(70_000, 1), letters(3, 2));
        const total = Buffer.concat(parts);
        await client.send(parts, sliceBytes);
        await until(() => ear.bytes >= total.length, 'all bytes have come');
        assert.deepEqual(ear.whole(), total);
        if (judged.framing === 'messages') assert.deepEqual(ear.chunks, parts);
      }));
  }

  it('reads no more from a peer while the kernel is busy, however much it sends', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      const busy = Promise.withResolvers<void>();
      ear.answer = () => busy.promise;
      const part = letters(65_536, 1);
      const parts = Array.from({ length: 800 }, () => part);
      await client.send(parts);
      const held = await heldBack(client);
      assert.equal(ear.count('receive'), 1);
      assert.ok(held > 30 * MIB, `of 50 MiB, ${held} octets stay with the sender`);
      ear.answer = () => undefined;
      busy.resolve();
      const total = parts.length * part.length;
      await until(() => ear.bytes === total, 'the rest comes once the kernel is free', 15_000);
      assert.equal(digest([ear.whole()]), digest(parts));
    }));

  it('keeps its order when the kernel asks it to wait after every call', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      ear.answer = () => Promise.resolve();
      const parts = Array.from({ length: 300 }, (_, at) => letters(20 + at, at));
      await client.send(parts);
      const total = Buffer.concat(parts);
      await until(() => ear.bytes >= total.length, 'all bytes have come');
      assert.deepEqual(ear.whole(), total);
    }));
}

function judgeOutput(judged: TransportCase, onStage: OnStage): void {
  it('says false when full, loses nothing, and says drained once when empty', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      client.pause();
      const sent = fill(ear);
      for (let more = 0; more < 5; more += 1) {
        const part = letters(10_000, more);
        sent.push(part);
        assert.equal(ear.peer.send(part), false, 'full until drained');
      }
      assert.equal(ear.count('drained'), 0);
      client.resume();
      const total = sent.reduce((sum, part) => sum + part.length, 0);
      await until(() => client.received().length === total, 'the peer gets all', 15_000);
      await until(() => ear.count('drained') === 1, 'drained follows');
      assert.equal(digest([client.received()]), digest(sent));
      assert.equal(ear.peer.send(letters(10, 1)), true, 'there is room again');
      await until(() => client.received().length === total + 10, 'and it goes on');
      assert.equal(ear.count('drained'), 1);
    }));

  it('serves others while one peer reads nothing', () =>
    onStage(async ({ join }) => {
      const slow = await join();
      const quick = await join();
      slow.client.pause();
      await clog(slow.ear);
      const drained = slow.ear.count('drained');
      echo(quick.ear);
      for (let round = 0; round < 20; round += 1) await roundTrip(quick.client, round);
      assert.equal(slow.ear.count('drained'), drained);
    }));

  it('sends many small parts of one turn in order', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      const parts = Array.from({ length: 500 }, (_, at) => letters(1 + (at % 200), at));
      for (const part of parts) ear.peer.send(part);
      const total = Buffer.concat(parts);
      await until(() => client.received().length >= total.length, 'all have come');
      assert.deepEqual(client.received(), total);
    }));

  it('serves 200 peers at once', () =>
    onStage(async ({ host, join }) => {
      const all = await Promise.all(Array.from({ length: 200 }, () => join()));
      assert.equal(host.ears.length, 200);
      for (const { ear } of all) echo(ear);
      await Promise.all(all.map(({ client }, at) => roundTrip(client, at)));
    }));

  if (judged.framing === 'messages') judgeMessages(onStage);
}

function judgeMessages(onStage: OnStage): void {
  it('makes one message of each send', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      echo(ear);
      const parts = [letters(5, 1), letters(130, 2), letters(70_000, 3)];
      await client.send(parts);
      await until(() => client.received().length === 70_135, 'all come back');
      assert.deepEqual(ear.chunks, parts);
    }));

  it('lets the kernel have the last word when a message is too long', () =>
    onStage(
      async ({ join }) => {
        const { client, ear } = await join();
        await client.send([letters(65_536, 1), letters(65_537, 2), letters(10, 3)]);
        await until(() => ear.count('oversize') === 1, 'the kernel is told');
        assert.equal(ear.count('receive'), 1, 'the longest message that may be comes, then none');
        ear.peer.send(letters(100, 4));
        ear.peer.end(0);
        await until(() => client.inputEnded, 'then it is closed');
        assert.deepEqual(client.received(), letters(100, 4));
      },
      { messageMaxBytes: 65_536 },
    ));
}

export function judgeFlow(judged: TransportCase, onStage: OnStage): void {
  describe('flow', () => {
    judgeInput(judged, onStage);
    judgeOutput(judged, onStage);
  });
}
