import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImError, type Register } from 'im-kernel/contract';
import { fakeClock, memoryRegister, never, orderingHost, seededRandom } from 'im-kernel/kit';
import { Sequencer } from '../../../plugins/ordering/central-sequencer/sequencer.ts';

const KEY = 'sequencer/test';

/** A register whose next acts a test decides. */
class Whim implements Register {
  readonly inner = memoryRegister();
  writes = 0;
  /** What the next writes do: keep and say nothing, or neither keep nor say, or wait. */
  readonly next: ('lost after' | 'lost before' | Promise<void>)[] = [];
  away = false;

  list: Register['list'] = (...of) => this.inner.list(...of);
  read(key: string): Promise<string | undefined> {
    return this.away ? lost() : this.inner.read(key);
  }
  async compareAndSet(key: string, expected: string | undefined, next: string): Promise<boolean> {
    this.writes += 1;
    const whim = this.next.shift();
    if (this.away || whim === 'lost before') return lost();
    if (whim instanceof Promise) await whim;
    const kept = await this.inner.compareAndSet(key, expected, next);
    return whim === 'lost after' ? lost() : kept;
  }
  async bound(): Promise<number> {
    return Number((await this.inner.read(KEY))?.split(' ')[1]);
  }
}

const lost = (): Promise<never> => Promise.reject(new ImError('IM_STORE_AWAY', { why: 'a test' }));

describe('the sequencer', () => {
  let register: Whim;
  const clock = fakeClock();
  const made: Sequencer[] = [];
  beforeEach(() => (register = new Whim()));
  afterEach(() => {
    for (const one of made.splice(0)) one.stop();
  });

  async function started(seed = 1, above = 0) {
    const host = orderingHost({ clock, random: seededRandom(seed) }, register);
    const sequencer = new Sequencer(KEY, above, host);
    made.push(sequencer);
    await sequencer.start(never());
    return { sequencer, host };
  }

  it('begins with 1, and goes on without a gap while it lives', async () => {
    const { sequencer } = await started();
    assert.deepEqual(await sequencer.grant(10, 0), { first: 1, last: 10 });
    assert.deepEqual(await sequencer.grant(1, 0), { first: 11, last: 11 });
  });

  it('hands out nothing above the bound that is durable at that moment', async () => {
    const { sequencer } = await started();
    for (let count = 1; count < 50; count += 7) {
      const { last } = await sequencer.grant(count, 0);
      assert.ok((await register.bound()) >= last);
    }
    const gate = Promise.withResolvers<void>();
    register.next.push(gate.promise);
    let answered = false;
    const waiting = sequencer.grant(5, 0).then((block) => {
      answered = true;
      return block;
    });
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.equal(answered, false);
    gate.resolve();
    const { last } = await waiting;
    assert.ok((await register.bound()) >= last);
  });

  it('keeps one bound for all that are asked while another is being kept', async () => {
    const { sequencer } = await started();
    const before = register.writes;
    const blocks = await Promise.all(Array.from({ length: 50 }, () => sequencer.grant(10, 0)));
    assert.equal(register.writes - before, 2);
    assert.deepEqual(blocks.at(-1), { first: 491, last: 500 });
  });

  it('jumps above what it is told of, and never back', async () => {
    const { sequencer } = await started();
    assert.deepEqual(await sequencer.grant(2, 1_000), { first: 1_001, last: 1_002 });
    assert.deepEqual(await sequencer.grant(2, 7), { first: 1_003, last: 1_004 });
  });

  it('goes on above its bound after a start, whatever it had given', async () => {
    await (await started()).sequencer.grant(700, 0);
    const { sequencer, host } = await started(2);
    assert.deepEqual(await sequencer.grant(1, 0), { first: 701, last: 701 });
    assert.equal(host.register, register);
  });

  it('begins above what the operator says, and only if its bound is lower', async () => {
    const first = await started(1, 5_000);
    assert.deepEqual(await first.sequencer.grant(10, 0), { first: 5_001, last: 5_010 });
    const second = await started(2, 5_000);
    assert.deepEqual(await second.sequencer.grant(1, 0), { first: 5_011, last: 5_011 });
  });

  it('stops for good, and says so, once another has taken the epoch', async () => {
    const older = await started(1);
    const newer = await started(2);
    assert.deepEqual(await newer.sequencer.grant(10, 0), { first: 1, last: 10 });
    await assert.rejects(older.sequencer.grant(10, 0), { code: 'IM_SEQUENCER_FENCED' });
    await assert.rejects(older.sequencer.grant(10, 0), { code: 'IM_SEQUENCER_FENCED' });
    assert.equal(older.host.counted('sequencer_fenced_total'), 1);
    assert.equal(older.host.reports.at(-1)?.state, 'degraded');
    const said = older.host.lines.filter(({ level }) => level === 'error');
    assert.match(said[0]?.message ?? '', /its epoch is 2, ours was 1/);
    assert.deepEqual(await newer.sequencer.grant(10, 0), { first: 11, last: 20 });
  });

  it('stays fenced when the other is gone, and goes on above it once started again', async () => {
    const older = await started(1);
    await older.sequencer.grant(10, 0);
    const newer = await started(2);
    await newer.sequencer.grant(10, 0);
    newer.sequencer.stop();
    await assert.rejects(older.sequencer.grant(1, 0), { code: 'IM_SEQUENCER_FENCED' });
    clock.advance(60_000);
    await assert.rejects(older.sequencer.grant(1, 0), { code: 'IM_SEQUENCER_FENCED' });
    const again = await started(3);
    assert.deepEqual(await again.sequencer.grant(1, 0), { first: 21, last: 21 });
  });

  it('is fenced even if the other left the same bound and the same epoch', async () => {
    const { sequencer } = await started(1);
    const [epoch, bound] = ((await register.inner.read(KEY)) ?? '').split(' ');
    const mine = await register.inner.read(KEY);
    await register.inner.compareAndSet(KEY, mine, `${epoch} ${bound} 00ff`);
    await assert.rejects(sequencer.grant(1, 0), { code: 'IM_SEQUENCER_FENCED' });
  });

  it('finds out by itself what became of a bound whose answer got lost', async () => {
    const { sequencer, host } = await started();
    for (const whim of ['lost after', 'lost before'] as const) {
      register.next.push(whim);
      const waiting = sequencer.grant(10, 0);
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      clock.advance(200);
      const { last } = await waiting;
      assert.ok((await register.bound()) >= last, whim);
    }
    assert.deepEqual(await sequencer.grant(1, 0), { first: 21, last: 21 });
    assert.equal(host.reports.at(-1)?.state, 'running');
  });

  it('waits while the register is away, says so once, and goes on after it', async () => {
    const { sequencer, host } = await started();
    register.away = true;
    const waiting = sequencer.grant(10, 0);
    for (let ms = 0; ms < 2_000; ms += 100) {
      await nextTurn();
      clock.advance(100);
    }
    const states = (): readonly string[] => host.reports.map(({ state }) => state);
    assert.deepEqual(states(), ['degraded']);
    register.away = false;
    await nextTurn();
    clock.advance(200);
    assert.deepEqual(await waiting, { first: 1, last: 10 });
    assert.deepEqual(states(), ['degraded', 'running']);
  });

  it('rejects what waits when it is stopped, and leaves no timer', async () => {
    const { sequencer } = await started();
    register.away = true;
    const waiting = [sequencer.grant(1, 0), sequencer.grant(1, 0)];
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    sequencer.stop();
    for (const one of waiting) await assert.rejects(one, { code: 'IM_SEQUENCER_AWAY' });
    await assert.rejects(sequencer.grant(1, 0), { code: 'IM_SEQUENCER_AWAY' });
    assert.equal(clock.pending, 0);
  });

  it('says when no number is left, and serves who can be served', async () => {
    const { sequencer } = await started(1, 2 ** 48 - 3);
    const [none, some] = [sequencer.grant(3, 0), sequencer.grant(2, 5)];
    await assert.rejects(none, { code: 'IM_SEQUENCER_SPENT' });
    assert.deepEqual(await some, { first: 2 ** 48 - 2, last: 2 ** 48 - 1 });
    await assert.rejects(sequencer.grant(1, 0), { code: 'IM_SEQUENCER_SPENT' });
  });

  it('jumps above what a count gave, but not above a time that it knows nothing of', async () => {
    const { sequencer, host } = await started();
    assert.deepEqual(await sequencer.grant(1, 7_000), { first: 7_001, last: 7_001 });
    const [times, count] = [sequencer.grant(1, 2 ** 44), sequencer.grant(1, 9_000)];
    await assert.rejects(times, { code: 'IM_SEQUENCER_BELOW' });
    assert.deepEqual(await count, { first: 9_001, last: 9_001 });
    await assert.rejects(sequencer.grant(1, 2 ** 44), { code: 'IM_SEQUENCER_BELOW' });
    assert.equal(host.reports.at(-1)?.state, 'degraded');
    assert.equal(host.lines.filter(({ level }) => level === 'error').length, 1, 'said once');
  });

  it('goes on above times where it is told so, and knows its own numbers again', async () => {
    const { sequencer } = await started(1, 2 ** 44);
    assert.deepEqual(await sequencer.grant(1, 2 ** 44), { first: 2 ** 44 + 1, last: 2 ** 44 + 1 });
    const { sequencer: next } = await started(2);
    assert.equal((await next.grant(1, 2 ** 44 + 1)).first, 2 ** 44 + 2);
  });

  it('guesses nothing from a register that holds something else', async () => {
    for (const held of ['', '7', '1 2', '1 2 xyz', '-1 5 ab', '1 9999999999999999 ab']) {
      const host = orderingHost({ clock }, register);
      await register.inner.compareAndSet(KEY, await register.inner.read(KEY), held);
      const sequencer = new Sequencer(KEY, 0, host);
      await assert.rejects(sequencer.start(never()), { code: 'IM_STORE_BROKEN' }, held);
    }
  });
});
