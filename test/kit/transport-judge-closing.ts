/** The part of the transport's judge that asks how connections begin and end. */
import assert from 'node:assert/strict';
import { never, until } from './quiet-host.ts';
import { describe, it } from './runner.ts';
import { clog, echo, letters, roundTrip } from './transport-judge-flow.ts';
import type { OnStage, TransportCase } from './transport-judge.ts';

const DAY_MS = 86_400_000;

function judgeBeginning(judged: TransportCase, onStage: OnStage): void {
  it('tells the real port in its addresses, and the peer where it comes from', () =>
    onStage(async ({ transport, join }) => {
      assert.equal(transport.addresses.length, 1);
      const url = new URL(transport.addresses[0] ?? '');
      assert.ok(Number(url.port) > 0, `${url.href} has a port`);
      const { client, ear } = await join();
      assert.equal(ear.peer.address, client.address);
      assert.equal(ear.peer.secure, url.protocol === 'tls:' || url.protocol === 'wss:');
      assert.equal(ear.binding.framing, judged.framing);
    }));

  it('lets the kernel refuse a peer with a word while it is being announced', () =>
    onStage(async ({ host, join }) => {
      host.onOpen = (ear) => {
        ear.peer.send(letters(50, 1));
        ear.peer.end(0);
      };
      const { client, ear } = await join();
      await until(() => client.inputEnded, 'it is closed');
      assert.deepEqual(client.received(), letters(50, 1));
      assert.equal(ear.count('receive'), 0);
    }));

  it('takes no new peers after stopAccepting, and keeps those it has', () =>
    onStage(async ({ transport, join }) => {
      const { client, ear } = await join();
      echo(ear);
      await transport.stopAccepting();
      await transport.stopAccepting();
      await assert.rejects(judged.connect(transport.addresses[0] ?? ''));
      await roundTrip(client, 1);
      assert.equal(ear.count('closed'), 0);
    }));

  it('leaves no connection behind when it stops, be it busy, full or half-closed', () =>
    onStage(async ({ transport, join }) => {
      const busy = await join();
      busy.ear.answer = () => new Promise<void>(() => undefined);
      await busy.client.send([letters(10, 1)]);
      const full = await join();
      full.client.pause();
      await clog(full.ear);
      const half = await join();
      half.client.halfClose();
      await until(() => half.ear.count('ended') === 1 && busy.ear.bytes === 10, 'all are ready');
      await transport.stop(never());
      for (const { ear } of [busy, full, half]) {
        await until(() => ear.count('closed') === 1, 'each ear hears closed');
      }
    }));
}

function judgePeersEnd(onStage: OnStage): void {
  it('tells that a peer ended its half after its last bytes, and still sends answers', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      await client.send([letters(100, 1)]);
      client.halfClose();
      await until(() => ear.count('ended') === 1, 'ended is told');
      assert.deepEqual(ear.heard, ['receive', 'ended']);
      assert.deepEqual(ear.whole(), letters(100, 1));
      ear.peer.send(letters(300, 2));
      await until(() => client.received().length === 300, 'the answer arrives');
      ear.peer.end(0);
      await until(() => ear.count('closed') === 1 && client.closed, 'then both are closed');
      assert.deepEqual(client.received(), letters(300, 2));
    }));

  it('tells the end of a peer only when the kernel is done with what came before it', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      const busy = Promise.withResolvers<void>();
      ear.answer = () => busy.promise;
      await client.send([letters(100, 1)]);
      client.halfClose();
      await until(() => ear.count('receive') === 1, 'the bytes have come');
      const other = await join();
      echo(other.ear);
      await roundTrip(other.client, 1);
      assert.equal(ear.count('ended'), 0);
      busy.resolve();
      await until(() => ear.count('ended') === 1, 'ended is told');
    }));

  it('closes a half-closed peer by itself when the kernel does not', () =>
    onStage(async ({ host, join }) => {
      const { client, ear } = await join();
      client.halfClose();
      await until(() => ear.count('ended') === 1, 'ended is told');
      assert.equal(ear.count('closed'), 0);
      host.clock.advance(DAY_MS);
      await until(() => client.inputEnded, 'the peer is closed');
      await until(() => ear.count('closed') === 1, 'the kernel is told');
    }));

  it('tells closed once, and nothing else, when a peer vanishes', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      client.reset();
      await until(() => ear.count('closed') > 0, 'closed is told');
      assert.deepEqual(ear.heard, ['closed']);
      ear.peer.send(letters(10, 1));
      ear.peer.end(0);
      ear.peer.destroy();
    }));

  it('tells closed, and never brings the rest, when a peer vanishes while the kernel is busy', () =>
    onStage(async ({ host, join }) => {
      const { client, ear } = await join();
      const busy = Promise.withResolvers<void>();
      ear.answer = () => busy.promise;
      await client.send([letters(100, 1), letters(100, 2)]);
      await until(() => ear.count('receive') === 1, 'the first has come');
      client.reset();
      await until(() => client.closed, 'the peer is gone');
      ear.peer.send(letters(1_000, 1));
      busy.resolve();
      await until(() => ear.count('closed') === 1, 'closed is told');
      assert.equal(host.ears.length, 1);
      assert.equal(ear.heard.at(-1), 'closed');
    }));
}

function judgeKernelsEnd(onStage: OnStage): void {
  it('sends what is buffered, half-closes, discards input while it lingers, then closes', () =>
    onStage(async ({ host, join }) => {
      const { client, ear } = await join();
      client.pause();
      const sent = Buffer.concat(await clog(ear));
      const before = ear.count('drained');
      ear.peer.end(50);
      await client.send([letters(5_000, 1)]);
      // Lingering counts from the half-close, which waits for the peer to read.
      host.clock.advance(50);
      client.resume();
      await until(() => client.inputEnded, 'it half-closes', 15_000);
      assert.ok(client.received().equals(sent), 'after all that was buffered');
      await client.send([letters(5_000, 2)]);
      await until(() => client.unsent === 0, 'it still takes input');
      assert.equal(ear.heard.length, before, 'of which the kernel hears nothing');
      host.clock.advance(49);
      await client.send([letters(10, 3)]);
      assert.equal(client.closed, false);
      await until(() => {
        host.clock.advance(50);
        return ear.count('closed') === 1;
      }, 'then it closes');
    }));

  it('closes at once when the peer ends its half too, however long it may linger', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      ear.peer.end(DAY_MS);
      await until(() => client.inputEnded, 'it half-closes');
      client.halfClose();
      await until(() => ear.count('closed') === 1 && client.closed, 'both are closed');
      assert.deepEqual(ear.heard, ['closed']);
    }));

  it('gives up a peer that does not take its last bytes', () =>
    onStage(async ({ host, join }) => {
      const { client, ear } = await join();
      client.pause();
      await clog(ear);
      ear.peer.end(0);
      host.clock.advance(1);
      assert.equal(ear.count('closed'), 0);
      host.clock.advance(DAY_MS);
      await until(() => ear.count('closed') === 1, 'it is closed all the same');
    }));
}

function judgeRoughEnds(onStage: OnStage): void {
  it('ends while the kernel is busy with bytes of that peer', () =>
    onStage(async ({ host, join }) => {
      const { client, ear } = await join();
      ear.answer = () => {
        ear.peer.end(0);
        return new Promise<void>(() => undefined);
      };
      await client.send([letters(10, 1), letters(10, 2)]);
      await until(() => client.inputEnded, 'it half-closes');
      host.clock.advance(1);
      await until(() => {
        host.clock.advance(1);
        return ear.count('closed') === 1;
      }, 'and closes');
      assert.deepEqual(ear.heard, ['receive', 'closed']);
    }));

  it('discards what a peer goes on sending, though the kernel never came to read it', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      ear.answer = () => new Promise<void>(() => undefined);
      await client.send([letters(10, 1)]);
      await until(() => ear.count('receive') === 1, 'the kernel is busy');
      const part = letters(65_536, 2);
      const flooding = client.send(Array.from({ length: 100 }, () => part));
      ear.peer.end(DAY_MS);
      await flooding;
      client.halfClose();
      await until(() => ear.count('closed') === 1, 'all is read away, then both are closed');
      assert.deepEqual(ear.heard, ['receive', 'closed']);
    }));

  it('destroys at once, tells closed once, and takes any call after that', () =>
    onStage(async ({ join }) => {
      const { client, ear } = await join();
      client.pause();
      await clog(ear);
      const before = ear.heard.length;
      ear.peer.destroy();
      await until(() => ear.count('closed') === 1, 'closed is told');
      client.resume();
      await until(() => client.inputEnded || client.closed, 'the peer notices');
      assert.equal(ear.peer.send(letters(10, 1)), true, 'there is nothing to wait for');
      ear.peer.end(1_000);
      ear.peer.destroy();
      assert.deepEqual(ear.heard.slice(before), ['closed']);
    }));
}

export function judgeClosing(judged: TransportCase, onStage: OnStage): void {
  describe('beginning and end', () => {
    judgeBeginning(judged, onStage);
    judgePeersEnd(onStage);
    judgeKernelsEnd(onStage);
    judgeRoughEnds(onStage);
  });
}
