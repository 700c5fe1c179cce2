import assert from 'node:assert/strict';
import { ImError, type Register } from 'im-kernel/contract';
import { fakeClock, judgeRegistry, memoryRegister, never, quietHost } from 'im-kernel/kit';
import plugin from '../../plugins/registries/store/index.ts';

const kept = memoryRegister();
let away = false;

function reached<T>(call: () => Promise<T>): Promise<T> {
  return away ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'a test' })) : call();
}
const register: Register = {
  read: (key) => reached(() => kept.read(key)),
  compareAndSet: (key, expected, next) => reached(() => kept.compareAndSet(key, expected, next)),
  list: (prefix, after, limit) => reached(() => kept.list(prefix, after, limit)),
};

judgeRegistry({
  name: 'store',
  register,
  make: (host) => plugin.create({}, host),
  outside: {
    works: () => void (away = false),
    vanishes: () => void (away = true),
  },
});

async function open(shared: Register) {
  const clock = fakeClock();
  const registry = plugin.create({}, { ...quietHost({ clock }), register: shared });
  await registry.start(never());
  return { clock, registry };
}

describe('a registry in the store', () => {
  it('goes by no wall clock: hours between two machines change nothing', async () => {
    const shared = memoryRegister();
    const teller = await open(shared);
    const reader = await open(shared);
    teller.clock.advance(50 * 3_600_000);
    await teller.registry.announce('a', '{}', 1_000);
    const listed = async () => (await reader.registry.list()).length;
    assert.equal(await listed(), 1);
    reader.clock.advance(1_000);
    assert.equal(await listed(), 1);
    await teller.registry.announce('a', '{}', 1_000);
    assert.equal(await listed(), 1);
    reader.clock.advance(1_000);
    assert.equal(await listed(), 1);
    reader.clock.advance(1);
    assert.equal(await listed(), 0);
    await teller.registry.announce('a', '{}', 1_000);
    assert.equal(await listed(), 1);
  });

  it('lists 1,000 at most, behind as many names that have left', async () => {
    const shared = memoryRegister();
    const { registry } = await open(shared);
    for (let at = 0; at < 3_500; at += 1) {
      const node = `n${String(at).padStart(5, '0')}`;
      await registry.announce(node, '{}', 60_000);
      if (at < 2_000) await registry.withdraw(node);
    }
    const listed = await registry.list();
    assert.deepEqual([listed.length, listed[0]?.node], [1_000, 'n02000']);
  });

  it('lists nothing that it did not write', async () => {
    const shared = memoryRegister();
    const { registry } = await open(shared);
    for (const [at, value] of ['{}', '5 x', '-1 x\n{}', '1e3 x\n{}', '\n'].entries()) {
      await shared.compareAndSet(`registry/odd${at}`, undefined, value);
    }
    assert.deepEqual(await registry.list(), []);
    await registry.announce('odd0', '{"a":1}', 1_000);
    assert.deepEqual(await registry.list(), [{ node: 'odd0', card: '{"a":1}' }]);
  });

  it('gives up, passing, where another of the same name is always faster', async () => {
    const shared = memoryRegister();
    let writes = 0;
    const racing: Register = {
      ...shared,
      compareAndSet: async (key, expected, next) => {
        const now = await shared.read(key);
        await shared.compareAndSet(key, now, `5 x${(writes += 1)}\n{}`);
        return shared.compareAndSet(key, expected, next);
      },
    };
    const { registry } = await open(racing);
    await assert.rejects(registry.announce('a', '{}', 1_000), { code: 'IM_REGISTRY_AWAY' });
    assert.equal(writes, 5);
  });
});
