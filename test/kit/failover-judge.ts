/** What a failover policy must do; see `Failover` in the contract. */
import assert from 'node:assert/strict';
import type { ClusterView, Failover, Host } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, seededRandom } from './quiet-host.ts';
import { describe, it } from './runner.ts';

export interface FailoverCase {
  readonly name: string;
  /** Makes a policy that was never started: `plugin.create(config, host)`. */
  make(host: Host): Failover;
}

/** Views of all kinds: no nodes, only oneself, strangers as owners, nodes long silent. */
function* views(): Generator<ClusterView> {
  const random = seededRandom(2);
  const below = (bound: number): number => Math.floor(random.next() * bound);
  for (let round = 0; round < 200; round += 1) {
    const names = ['a', 'b', 'c'].slice(0, below(4));
    const owners = [...names, 'a', 'gone', undefined];
    const shards = Array.from({ length: below(65) }, (_, shard) => {
      return { shard, owner: owners[below(owners.length)], epoch: below(1_000) };
    });
    const nodes = names.map((name) => ({ name, lastBeatAgoMs: random.next() * 10 ** below(9) }));
    yield { self: 'a', shards, nodes };
  }
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object') frozen(inner as object);
  return Object.freeze(value);
}

/** Judges a failover policy: a pure answer to every view, and its life as a component. */
export function judgeFailover(judged: FailoverCase): void {
  const withPolicy = async (run: (policy: Failover) => void): Promise<void> => {
    const policy = judged.make(quietHost());
    await policy.start(never());
    run(policy);
    await policy.stop(never());
  };

  describe(`${judged.name} as a failover policy`, () => {
    it('answers every view with shards of that view, each at most once', () =>
      withPolicy((policy) => {
        for (const view of views()) {
          const known = new Set(view.shards.map(({ shard }) => shard));
          const planned = policy.plan(view);
          assert.equal(new Set(planned).size, planned.length, 'a shard is named twice');
          for (const shard of planned) assert.ok(known.has(shard), `no shard ${shard} in the view`);
        }
      }));
    it('is a pure function of the view', () =>
      withPolicy((policy) => {
        const first = [...views()].map((view) => policy.plan(frozen(view)));
        const again = [...views()].toReversed().map((view) => policy.plan(frozen(view)));
        assert.deepEqual(again.toReversed(), first);
      }));
    it('takes every shard that nobody owns when it is alone', () =>
      withPolicy((policy) => {
        const shards = Array.from({ length: 64 }, (_, shard) => {
          return { shard, owner: undefined, epoch: 0 };
        });
        const nodes = [{ name: 'a', lastBeatAgoMs: 0 }];
        const planned = policy.plan({ self: 'a', shards, nodes }).toSorted((x, y) => x - y);
        assert.deepEqual(
          planned,
          shards.map(({ shard }) => shard),
        );
      }));
  });
  judgeComponent({ name: judged.name, make: () => judged.make(quietHost()) });
}
