import assert from 'node:assert/strict';
import { fakeClock, memoryRegister, quietHost } from 'im-kernel/kit';
import { ConsumerCursors } from '../../../core/path/consumer-cursors.ts';
import type { Register } from '../../../core/contract/index.ts';

const KEY = 'consumer/hook/3';
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};

describe('the cursors of a consumer', () => {
  let register: Register;
  let writes: number;
  let away: boolean;
  const lease = { open: true };
  const clock = fakeClock();
  const make = (consumer = 'hook'): ConsumerCursors =>
    new ConsumerCursors({
      consumer,
      register,
      clock,
      log: quietHost().log,
      limits: { progressEvery: 50 },
      lease,
    });

  beforeEach(() => {
    const real = memoryRegister();
    writes = 0;
    away = false;
    register = {
      ...real,
      compareAndSet: (...about) => {
        writes += 1;
        if (away) return Promise.reject(new Error('away'));
        return real.compareAndSet(...about);
      },
    };
  });

  it('are read again, each consumer’s its own', async () => {
    const cursors = make();
    await cursors.begin(3, { after: 7, skip: 0 });
    cursors.move(3, { after: 7, skip: 2 });
    await cursors.close();
    const [later, other] = [make(), make('hook-2')];
    await later.load();
    await other.load();
    assert.deepEqual(later.get(3), { after: 7, skip: 2 });
    assert.equal(other.get(3), undefined);
  });

  it('begin where the store has them already, whoever put them there', async () => {
    await register.compareAndSet(KEY, undefined, '40+1');
    const cursors = make();
    await cursors.begin(3, { after: 0, skip: 0 });
    assert.deepEqual(cursors.get(3), { after: 40, skip: 1 });
  });

  it('are kept now and then, not with every entry', async () => {
    const cursors = make();
    await cursors.begin(3, { after: 0, skip: 0 });
    for (let skip = 1; skip <= 30; skip += 1) cursors.move(3, { after: 0, skip });
    assert.equal(writes, 1);
    clock.advance(50);
    await turns();
    assert.equal(await register.read(KEY), '0+30');
    assert.equal(writes, 2);
    assert.equal(clock.pending, 0);
  });

  it('win over what another owner wrote meanwhile: it cannot be made to skip', async () => {
    const cursors = make();
    await cursors.begin(3, { after: 0, skip: 0 });
    await register.compareAndSet(KEY, '0+0', '99+0');
    cursors.move(3, { after: 0, skip: 1 });
    clock.advance(50);
    await turns();
    clock.advance(50);
    await turns();
    assert.equal(await register.read(KEY), '0+1');
  });

  it('are tried again, less often and without a line each time, while the store fails', async () => {
    const host = quietHost();
    const about = {
      consumer: 'hook',
      register,
      clock,
      log: host.log,
      limits: { progressEvery: 50 },
      lease,
    };
    const cursors = new ConsumerCursors(about);
    for (const shard of [1, 2, 3]) await cursors.begin(shard, { after: 0, skip: 0 });
    away = true;
    for (const shard of [1, 2, 3]) cursors.move(shard, { after: 9, skip: 0 });
    writes = 0;
    for (let passedMs = 0; passedMs < 5_000; passedMs += 50) {
      clock.advance(50);
      await turns();
    }
    assert.ok(writes >= 3 * 4 && writes <= 3 * 6, `${writes} writes`);
    away = false;
    clock.advance(1_000);
    await turns();
    assert.equal(await register.read(KEY), '9+0');
    assert.deepEqual(
      host.lines.map(({ message }) => message),
      ['cursors are not kept', 'cursors are kept again'],
    );
  });

  it('refuse to begin with what is no cursor', async () => {
    await register.compareAndSet(KEY, undefined, 'somewhere');
    await assert.rejects(make().load(), /"somewhere" is no cursor/);
  });

  it('leave no timer behind', async () => {
    const cursors = make();
    await cursors.begin(3, { after: 0, skip: 0 });
    cursors.move(3, { after: 5, skip: 0 });
    assert.equal(clock.pending, 1);
    await cursors.close();
    assert.equal(clock.pending, 0);
    assert.equal(await register.read(KEY), '5+0');
  });
});
