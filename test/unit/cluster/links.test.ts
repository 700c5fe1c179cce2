import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fakeClock, seededRandom, type FakeClock } from 'im-kernel/kit';
import { encodeLinkFrame } from '../../../core/cluster/link/link-frames.ts';
import { KeptLink } from '../../../core/cluster/link/kept-link.ts';
import { listenForLinks } from '../../../core/cluster/link/link-listener.ts';
import type { LinkMeans } from '../../../core/cluster/link/link-means.ts';
import { ImError, type Link, type LinkEar, type LinkEnd } from '../../../core/contract/index.ts';
import { MemoryNetwork } from './memory-network.ts';

/** What an end hears, in words. */
class Hearing implements LinkEar {
  readonly heard: string[] = [];
  link: Link | undefined;
  why: ImError | undefined;

  opened(link: Link): void {
    this.link = link;
    this.heard.push('opened');
  }
  received(frame: Uint8Array): void {
    this.heard.push(Buffer.from(frame).toString());
  }
  closed(why: ImError): void {
    this.why = why;
    this.heard.push(why.code);
  }
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

class World {
  readonly network = new MemoryNetwork();
  readonly clock: FakeClock = fakeClock();
  readonly secrets = new Map([['a.key', 'one secret']]);
  readonly near = new Hearing();
  readonly far: Hearing[] = [];
  readonly ends: LinkEnd[] = [];

  means(seed: number): LinkMeans {
    const { network, clock } = this;
    return {
      clock,
      network,
      random: seededRandom(seed),
      readSecret: (file) => {
        const secret = this.secrets.get(file);
        if (secret === undefined) {
          return Promise.reject(new ImError('IM_LINK_SECRET', { file, why: 'it is not there' }));
        }
        const sign = (bytes: Uint8Array) => createHmac('sha256', secret).update(bytes).digest();
        return Promise.resolve({ sign });
      },
    };
  }

  options(secretFile = 'a.key', purpose = 'test') {
    const limits = { frameMaxBytes: 100, outputMaxBytes: 1_000, linksMax: 2 };
    const waits = { openTimeoutMs: 500, heartbeatMs: 100, reconnectBaseMs: 50 };
    const at = { host: 'h', port: 1 };
    return { secretFile, purpose, ...limits, ...waits, reconnectMaxMs: 400, at, to: at };
  }

  async listen(options = this.options()): Promise<void> {
    const accept = (): LinkEar => {
      const ear = new Hearing();
      this.far.push(ear);
      return ear;
    };
    this.ends.push(await listenForLinks(options, accept, this.means(1)));
  }

  connect(options = this.options(), ear = this.near): void {
    this.ends.push(new KeptLink(options, ear, this.means(2)));
  }

  /** Lets time pass, a little at a time. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 10) {
      await nextTurn();
      this.clock.advance(10);
      await nextTurn();
    }
  }

  async open(): Promise<void> {
    await this.listen();
    this.connect();
    await this.pass(10);
    assert.deepEqual(this.near.heard, ['opened']);
  }
}

describe('links between programs', () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(async () => {
    for (const end of world.ends) await end.close();
    assert.equal(world.clock.pending, 0, 'a timer outlives its link');
    await nextTurn();
    assert.equal(world.network.open, 0, 'a stream outlives its link');
  });

  for (const pieceBytes of [1, 7, Number.POSITIVE_INFINITY]) {
    it(`carry frames both ways, whole and in sequence, in pieces of ${pieceBytes}`, async () => {
      world.network.pieceBytes = pieceBytes;
      await world.open();
      const [far] = world.far;
      for (const words of ['a', '', 'x'.repeat(100)]) {
        assert.equal(world.near.link?.send(text(words)), true);
        assert.equal(far?.link?.send(text(`${words}!`.slice(0, 100))), true);
      }
      await world.pass(10);
      assert.deepEqual(far?.heard, ['opened', 'a', '', 'x'.repeat(100)]);
      assert.deepEqual(world.near.heard.slice(1), ['a!', '!', 'x'.repeat(100)]);
    });
  }

  it('never send the secret', async () => {
    await world.open();
    const all = Buffer.concat(world.network.wire.map(({ bytes }) => bytes)).toString('latin1');
    assert.ok(all.length > 100 && !all.includes('one secret'));
  });

  it('are refused where the secrets differ, and both ends say so', async () => {
    await world.listen();
    world.secrets.set('b.key', 'another');
    world.connect(world.options('b.key'));
    await world.pass(10);
    assert.equal(world.near.heard[0], 'IM_LINK_REFUSED');
    assert.match(world.near.why?.message ?? '', /the secrets differ/);
    assert.deepEqual(world.far[0]?.heard, ['IM_LINK_REFUSED']);
    world.secrets.set('b.key', 'one secret');
    await world.pass(500);
    assert.equal(world.near.heard.at(-1), 'opened');
  });

  it('are refused where the purposes differ', async () => {
    await world.listen();
    world.connect(world.options('a.key', 'other'));
    await world.pass(10);
    assert.match(world.near.why?.message ?? '', /another purpose/);
  });

  it('say that a secret cannot be read, and find it once it can', async () => {
    await world.listen();
    world.connect(world.options('c.key'));
    await world.pass(10);
    assert.equal(world.near.heard[0], 'IM_LINK_SECRET');
    world.secrets.set('c.key', 'one secret');
    await world.pass(500);
    assert.equal(world.near.heard.at(-1), 'opened');
  });

  it('believe no proof that was heard on another link', async () => {
    await world.open();
    const said = world.network.wire.filter(({ way }) => way === 'there');
    const ear = { opened: () => undefined, received: () => undefined, closed: () => undefined };
    const thief = world.network.connect({ host: 'h', port: 1 }, ear);
    await world.pass(10);
    for (const { bytes } of said) thief.write(bytes);
    await world.pass(10);
    assert.deepEqual(world.far[1]?.heard, ['IM_LINK_REFUSED']);
  });

  it('believe no listener that only says what it hears', async () => {
    const echo = await world.network.listen({ host: 'h', port: 1 }, (stream) => ({
      opened: () => undefined,
      received: (bytes) => stream.write(bytes),
      closed: () => undefined,
    }));
    world.connect();
    await world.pass(10);
    assert.equal(world.near.heard[0], 'IM_LINK_REFUSED');
    await echo.close();
  });

  const foreign = {
    'of a kind that is none': Uint8Array.of(9, 0, 0, 0, 0),
    'before it has proven itself': encodeLinkFrame('data', text('hi')),
    'that is too long for a greeting': encodeLinkFrame('hello', new Uint8Array(257)),
    'that is as long as none': Uint8Array.of(1, 255, 255, 255, 255),
  };
  for (const [what, bytes] of Object.entries(foreign)) {
    it(`end when the other end sends a frame ${what}`, async () => {
      await world.listen();
      const ear = new Hearing();
      const closed: string[] = [];
      const stranger = world.network.connect(
        { host: 'h', port: 1 },
        { opened: () => undefined, received: () => undefined, closed: (why) => closed.push(why) },
      );
      await world.pass(10);
      stranger.write(bytes);
      await world.pass(10);
      assert.deepEqual(world.far[0]?.heard, ['IM_LINK_REFUSED']);
      assert.deepEqual(closed, ['it was cut']);
      assert.deepEqual(ear.heard, []);
    });
  }

  it('end when a frame is longer than was agreed', async () => {
    await world.open();
    world.near.link?.send(new Uint8Array(101));
    await world.pass(10);
    assert.equal(world.far[0]?.heard.at(-1), 'IM_LINK_REFUSED');
  });

  it('end when the other end takes nothing, whatever waits for it', async () => {
    await world.open();
    world.network.pendingBytes = 990;
    assert.equal(world.near.link?.send(text('a')), true);
    assert.equal(world.near.link?.send(new Uint8Array(50)), false);
    assert.equal(world.near.heard.at(-1), 'IM_LINK_AWAY');
    assert.equal(world.near.link?.send(text('a')), false);
  });

  it('stay while both are silent, and end when one is gone without a word', async () => {
    await world.open();
    await world.pass(1_000);
    assert.deepEqual(world.near.heard, ['opened']);
    world.network.deaf = true;
    await world.pass(240);
    assert.deepEqual(world.near.heard, ['opened']);
    await world.pass(200);
    assert.equal(world.near.heard[1], 'IM_LINK_AWAY');
    assert.equal(world.far[0]?.heard[1], 'IM_LINK_AWAY');
  });

  it('give up who connects and proves nothing in time', async () => {
    await world.listen();
    const ear = { opened: () => undefined, received: () => undefined, closed: () => undefined };
    world.network.connect({ host: 'h', port: 1 }, ear);
    await world.pass(480);
    assert.deepEqual(world.far[0]?.heard, []);
    await world.pass(40);
    assert.deepEqual(world.far[0]?.heard, ['IM_LINK_AWAY']);
  });

  it('cut who comes when as many are here as may be', async () => {
    await world.open();
    world.connect(world.options(), new Hearing());
    const third = new Hearing();
    world.connect(world.options(), third);
    await world.pass(10);
    assert.deepEqual(world.far[2]?.heard, ['IM_LINK_REFUSED']);
    assert.equal(third.heard[0], 'IM_LINK_AWAY');
  });

  it('come back by themselves after every end, within the longest wait', async () => {
    await world.open();
    for (let round = 1; round <= 5; round += 1) {
      world.network.cut();
      await world.pass(410);
      assert.equal(world.near.heard.filter((word) => word === 'opened').length, round + 1);
    }
  });

  it('are tried again and again where nobody listens, less and less often', async () => {
    world.connect();
    await world.pass(2_000);
    const early = world.near.heard.length;
    assert.ok(early >= 5 && early <= 60, `${early} tries`);
    await world.listen();
    await world.pass(450);
    assert.equal(world.near.heard.at(-1), 'opened');
  });

  it('are tried less and less often where they are cut at once each time', async () => {
    await world.listen();
    world.connect();
    for (let ms = 0; ms < 4_000; ms += 20) {
      await world.pass(20);
      world.network.cut();
    }
    const opened = world.near.heard.filter((word) => word === 'opened').length;
    assert.ok(opened >= 5 && opened <= 60, `${opened} times`);
  });

  it('show what a stranger says only as far as it can be printed', async () => {
    await world.listen();
    const ear = { opened: () => undefined, received: () => undefined, closed: () => undefined };
    const stranger = world.network.connect({ host: 'h', port: 1 }, ear);
    await world.pass(10);
    stranger.write(encodeLinkFrame('refuse', text('\u001b[2J no\n')));
    await world.pass(10);
    assert.match(world.far[0]?.why?.message ?? '', /is refused: \?\[2J no\?$/);
  });

  it('say where they cannot listen', async () => {
    await world.listen();
    await assert.rejects(world.listen(), { code: 'IM_LINK_LISTEN' });
  });
});
