import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImError, type Persistence, type Registry } from 'im-kernel/contract';
import { fakeClock, never, quietHost, until } from 'im-kernel/kit';
import { changeThroughStore, type StoreChange } from '../../../cli/change-through-store.ts';
import type { Io } from '../../../cli/io.ts';
import { Acts, ACTS_FILE } from '../../../core/admin/desk/acts.ts';
import { Operator } from '../../../core/admin/operator.ts';
import { readSwitchover } from '../../../core/cluster/switchover.ts';
import memory from '../../../plugins/persistence/memory/index.ts';

const still = Promise.resolve();
const registry: Registry = {
  start: () => still,
  stop: () => still,
  announce: () => still,
  withdraw: () => still,
  list: () => Promise.resolve([]),
};
const A = { node: 'im-a', life: 'one' };
const B = { node: 'im-b', life: 'two' };
const AWAY = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
const LEASE_MS = 3_600_000;

describe('a change of the owner through the store', () => {
  const clock = fakeClock();
  let folder: string;
  let store: Persistence;
  let isAway: boolean;
  let operator: Operator;
  let asked: string[];
  let told: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'im-change-'));
    store = memory.create({ shards: 2 }, { ...quietHost(), clock });
    await store.start(never());
    for (const life of [A, B]) await store.ownership.beat(life, LEASE_MS);
    await takes(A, 0);
    [isAway, asked, told] = [false, [], []];
    const there = <T>(value: () => Promise<T>): Promise<T> =>
      isAway ? Promise.reject(AWAY) : value();
    const { ownership, register } = store;
    operator = new Operator({
      persistence: {
        ...store,
        ownership: {
          beat: (...given) => ownership.beat(...given),
          leave: (...given) => ownership.leave(...given),
          look: () => there(() => ownership.look()),
          take: (...given) => there(() => ownership.take(...given)),
        },
      },
      register: {
        read: (key) => there(() => register.read(key)),
        compareAndSet: (...given) => there(() => register.compareAndSet(...given)),
        list: (...given) => there(() => register.list(...given)),
      },
      registry,
      clock,
      beatMs: 1_000,
    });
  });
  afterEach(async () => {
    await store.stop(never());
    await rm(folder, { recursive: true });
  });

  async function takes(life: typeof A, epoch: number): Promise<void> {
    await store.ownership.take(
      life,
      [0, 1].map((shard) => ({ shard, epoch })),
      true,
    );
  }

  function ioThat(answer: string | undefined): Io {
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve(answer ?? '');
    };
    return {
      out: () => undefined,
      err: (text) => void told.push(text),
      env: {},
      bold: (text) => text,
      ...(answer !== undefined && { ask }),
    };
  }

  const change = (
    verb: StoreChange['verb'],
    io: Io,
    options: { yes?: boolean; allowDataLoss?: boolean } = {},
    expectEpoch = 1,
  ) => {
    const input = { to: 'im-b', expectEpoch, force: true };
    const what = { verb, input, cluster: 'demo', folder };
    return changeThroughStore(operator, what, options, clock, io);
  };
  const records = async (): Promise<readonly string[]> => {
    const acts = await new Acts(join(folder, ACTS_FILE)).last(9);
    return acts.map(({ outcome }) => outcome).toReversed();
  };

  it('is not begun unless it was meant: where nobody is asked, options say so', async () => {
    const nobody = ioThat(undefined);
    await assert.rejects(change('cluster switchover', nobody), { code: 'IM_ADMIN_INPUT' });
    const half = change('cluster takeover', nobody, { yes: true });
    await assert.rejects(half, /needs --allow-data-loss/);
    assert.equal(await change('cluster switchover', ioThat('im-a')), undefined);
    assert.match(asked.join(), /^Type the name of the node that follows: $/);
    assert.equal(await change('cluster takeover', ioThat('y')), undefined);
    assert.deepEqual(await records(), []);
    await assert.rejects(change('cluster takeover', ioThat('demo 7'), {}, 7), {
      code: 'IM_CLUSTER_EPOCH',
    });
    assert.equal((await operator.status()).active, 'im-a');
  });

  it('shows what will happen, takes the name and the epoch, and goes on record', async () => {
    const done = await change('cluster takeover', ioThat('demo 1'));
    assert.deepEqual(done, { active: 'im-b', epoch: 2 });
    assert.match(told[0] ?? '', /^Cluster demo, epoch 1: im-a is active, its lease runs 1h00m/);
    assert.match(told[1] ?? '', /^im-b \(standby, not ready\) follows/);
    assert.deepEqual(await records(), ['asked', 'done']);
  });

  async function askedFor(): ReturnType<typeof readSwitchover> {
    let reading = await readSwitchover(store.register);
    await until(async () => (reading = await readSwitchover(store.register)).now !== undefined, '');
    return reading;
  }

  it('bears a store that is away for a while', async () => {
    let done: unknown;
    const changing = change('cluster switchover', ioThat('im-b')).then((it) => (done = it));
    const reading = await askedFor();
    isAway = true;
    for (let i = 0; i < 100; i += 1) {
      clock.advance(100);
      await Promise.resolve();
    }
    assert.equal(done, undefined);
    isAway = false;
    if (reading.now) await reading.move({ ...reading.now, phase: 'done' });
    await takes(B, 1);
    await until(() => {
      clock.advance(100);
      return done !== undefined;
    }, 'it is done');
    await changing;
    assert.deepEqual(done, { active: 'im-b', epoch: 2 });
  });

  it('says that it may still be going on where the store stays away', async () => {
    let code: string | undefined;
    const changing = change('cluster switchover', ioThat('im-b')).catch((error: ImError) => {
      code = error.code;
    });
    await askedFor();
    isAway = true;
    const begunMs = clock.monotonic();
    await until(() => {
      clock.advance(100);
      return code !== undefined;
    }, 'it ends');
    await changing;
    assert.equal(code, 'IM_ADMIN_LATE');
    assert.ok(clock.monotonic() - begunMs >= 29_000);
    assert.deepEqual(await records(), ['asked', 'failed']);
  });
});
