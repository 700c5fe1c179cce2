import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Link, Ordering, Placing } from 'im-kernel/contract';
import {
  fakeClock,
  memoryLinks,
  memoryRegister,
  never,
  orderingHost,
  type FakeClock,
} from 'im-kernel/kit';
import plugin from '../../../plugins/ordering/central-sequencer/index.ts';
import {
  encodeAsk,
  encodeDeny,
  encodeGive,
  readAnswer,
  readAsk,
} from '../../../plugins/ordering/central-sequencer/messages.ts';
import { sequencerSettings } from './sequencer-settings.ts';

const AT = { host: 'sequencer', port: 7440 };
const placing: Placing = {
  conversation: 'g/tea',
  position: 1,
  user: 'ann',
  device: 'phone',
  number: 1,
  sentAt: 0,
  acceptedAt: 0,
};

type Host = ReturnType<typeof orderingHost>;
interface Part {
  readonly ordering: Ordering;
  readonly host: Host;
}

describe('a sequencer for several servers', () => {
  let clock: FakeClock;
  let links: ReturnType<typeof memoryLinks>;
  let register: ReturnType<typeof memoryRegister>;
  let parts: Part[];

  beforeEach(() => {
    clock = fakeClock();
    links = memoryLinks(clock);
    register = memoryRegister();
    parts = [];
  });
  afterEach(async () => {
    for (const { ordering } of parts.toReversed()) await ordering.stop(never());
    assert.equal(clock.pending, 0, 'a timer outlives the stop');
  });

  async function started(settings: Parameters<typeof sequencerSettings>[0]): Promise<Part> {
    const host = orderingHost({ clock }, register, links);
    const ordering = plugin.create(sequencerSettings(settings), host);
    const part = { ordering, host };
    parts.push(part);
    await ordering.start(never());
    return part;
  }
  const sequencer = (at = AT): Promise<Part> => started({ sequencer: { listen: at } });
  const server = (block = 10, at = AT): Promise<Part> =>
    started({ block, wait: 1_000, sequencer: { connect: at } });

  async function place({ ordering }: Part, count: number, last = 0): Promise<readonly number[]> {
    const batch = Array.from({ length: count }, () => placing);
    const standing = { acceptedAt: 0 };
    return ordering.place(
      batch,
      () => last,
      () => standing,
    );
  }
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await nextTurn();
      clock.advance(50);
      await nextTurn();
    }
  }

  it('gives each of them numbers of its own, all of one sequence', async () => {
    await sequencer();
    const [one, other] = [await server(), await server()];
    const all: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      all.push(...(await place(one, 7)), ...(await place(other, 3)));
    }
    assert.equal(new Set(all).size, 200);
    assert.ok(Math.max(...all) <= 200 + 4 * 10, 'it wastes numbers');
  });

  it('lets go of numbers below what another server gave in a conversation that moved', async () => {
    await sequencer();
    const [one, other] = [await server(), await server()];
    const [first] = await place(one, 1);
    const [second] = await place(other, 1, first);
    const back = await place(one, 2, second);
    assert.ok((second ?? 0) < (back[0] ?? 0), `${second}, then ${back.join(' ')}`);
    assert.ok(one.host.counted('sequencer_skipped_total') > 0);
  });

  it('may be away at a start: commands wait, then are refused, and go on when it is back', async () => {
    const one = await server();
    assert.equal(one.host.reports.at(-1)?.state, 'degraded');
    const waiting = place(one, 1);
    await pass(1_000);
    await assert.rejects(waiting, { code: 'IM_SEQUENCER_AWAY' });
    await assert.rejects(place(one, 1), { code: 'IM_SEQUENCER_AWAY' });
    await sequencer();
    await pass(200);
    assert.deepEqual(await place(one, 1), [1]);
    assert.equal(one.host.reports.at(-1)?.state, 'running');
  });

  it('may go and come back, at any moment: no number twice, none lower', async () => {
    let central = await sequencer();
    const servers = [await server(), await server(7)];
    const given: number[][] = [[], []];
    for (let round = 0; round < 30; round += 1) {
      const answers = servers.map((one) => place(one, 1 + (round % 9)));
      if (round % 5 === 1) links.cut();
      if (round % 5 === 3) {
        await central.ordering.stop(never());
        central = await sequencer();
      }
      await pass(300);
      for (const [at, answer] of answers.entries()) given[at]?.push(...(await answer));
    }
    const all = given.flat();
    assert.equal(new Set(all).size, all.length);
    for (const own of given)
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      );
  });

  it('is not believed where its register went back', async () => {
    const central = await sequencer();
    const one = await server();
    const before = await place(one, 25);
    await central.ordering.stop(never());
    const held = await register.read('sequencer/test');
    await register.compareAndSet('sequencer/test', held, '1 3 ab');
    await sequencer();
    const after = [];
    for (let round = 0; round < 5; round += 1) {
      const answer = place(one, 6);
      await pass(300);
      after.push(...(await answer));
    }
    assert.ok(Math.min(...after) > Math.max(...before));
  });

  it('says by name that an order is above all its numbers, to the server that met it', async () => {
    const central = await sequencer();
    const one = await server();
    const refused = assert.rejects(place(one, 1, 2 ** 44), { code: 'IM_SEQUENCER_BELOW' });
    await pass(100);
    await refused;
    const answer = place(one, 2, 7_000);
    await pass(300);
    assert.deepEqual(await answer, [7_001, 7_002]);
    for (const { host } of [central, one])
      assert.match(JSON.stringify(host.reports.at(-1)), /degraded.*so high/);
  });

  it('of two, the older is fenced: it says so, and its servers are refused', async () => {
    await sequencer();
    const one = await server();
    await place(one, 3);
    const newer = await sequencer({ host: 'sequencer', port: 7441 });
    const other = await server(10, { host: 'sequencer', port: 7441 });
    assert.ok((await place(other, 3)).length === 3);
    const waiting = place(one, 40);
    await pass(1_000);
    await assert.rejects(waiting, /IM_SEQUENCER_FENCED/);
    assert.equal(parts[0]?.host.counted('sequencer_fenced_total'), 1);
    assert.match(one.host.reports.at(-1)?.state ?? '', /degraded/);
    assert.equal(newer.host.counted('sequencer_fenced_total'), 0);
    assert.ok((await place(other, 3)).length === 3);
  });

  it('does not start with another secret', async () => {
    await sequencer();
    const starting = started({ sequencer: { connect: AT, secretFile: './another.key' } });
    await assert.rejects(starting, { code: 'IM_LINK_REFUSED' });
  });

  it('cuts who asks what is none', async () => {
    await sequencer();
    for (const frame of [Uint8Array.of(7), encodeGive(1, { first: 1, last: 2 }), tooMany()]) {
      let link: Link | undefined;
      const ear = { opened: (it: Link) => (link = it), received: () => undefined };
      const options = {
        to: AT,
        purpose: 'sequencer',
        secretFile: './sequencer.key',
        frameMaxBytes: 64,
        outputMaxBytes: 1_000,
        openTimeoutMs: 100,
        heartbeatMs: 100,
        reconnectBaseMs: 1_000,
        reconnectMaxMs: 1_000,
      };
      const end = links.connect(options, { ...ear, closed: () => (link = undefined) });
      await nextTurn();
      assert.ok(link);
      link.send(frame);
      await nextTurn();
      assert.equal(link, undefined);
      await end.close();
    }
    assert.equal(parts[0]?.host.gauged('sequencer_links'), 0);
  });
});

function tooMany(): Uint8Array {
  return encodeAsk({ id: 1, count: 1_001, above: 0 });
}

describe('what a server and its sequencer say', () => {
  it('is read as it was written', () => {
    const ask = { id: 2 ** 32 - 1, count: 1_000, above: 2 ** 48 - 1 };
    assert.deepEqual(readAsk(encodeAsk(ask)), ask);
    const block = { first: 2 ** 47, last: 2 ** 48 - 1 };
    assert.deepEqual(readAnswer(encodeGive(3, block)), { is: 'give', id: 3, block });
    const deny = { is: 'deny', id: 4, code: 'IM_SEQUENCER_FENCED' } as const;
    assert.deepEqual(readAnswer(encodeDeny(4, 'IM_SEQUENCER_FENCED')), deny);
  });

  it('is nothing where it is anything else', () => {
    const ask = encodeAsk({ id: 1, count: 5, above: 9 });
    const give = encodeGive(1, { first: 1, last: 2 });
    for (const wrong of [new Uint8Array(), ask.subarray(1), ask.subarray(0, 16), give]) {
      assert.equal(readAsk(wrong), undefined);
    }
    for (const wrong of [new Uint8Array(), give.subarray(0, 20), ask, Uint8Array.of(3, 1)]) {
      assert.equal(readAnswer(wrong), undefined);
    }
    assert.equal(readAsk(encodeAsk({ id: 1, count: 0, above: 0 })), undefined);
    assert.equal(readAnswer(encodeGive(1, { first: 1, last: 2 ** 48 })), undefined);
  });
});

function faults(sequencer: Parameters<typeof sequencerSettings>[0]['sequencer']) {
  return plugin.check?.(sequencerSettings(sequencer === undefined ? {} : { sequencer })) ?? [];
}

describe('the settings of the central sequencer', () => {
  it('name either where it listens or whom it connects to', () => {
    assert.deepEqual(faults(undefined), []);
    assert.deepEqual(faults({ listen: { host: 'h', port: 0 } }), []);
    assert.deepEqual(faults({ connect: AT }), []);
    assert.match(faults({ connect: AT, listen: AT })[0] ?? '', /cannot both/);
    assert.match(faults({})[0] ?? '', /needs connect or listen/);
    assert.match(faults({ connect: { host: 'h', port: 0 } })[0] ?? '', /needs a port/);
  });
});
