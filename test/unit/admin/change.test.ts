import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { fakeClock, until } from 'im-kernel/kit';
import { changeOwner } from '../../../core/admin/desk/change.ts';
import type { ClusterStatus } from '../../../core/admin/operator.ts';
import type { Switchover } from '../../../core/cluster/switchover.ts';

const CHANGE = { to: 'im-b', expectEpoch: 3 };
const AWAY = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
const STALE = new ImError('IM_CLUSTER_EPOCH', { now: 4, expected: 3 });

function statusOf(active: string, phase?: Switchover['phase']): ClusterStatus {
  const asked = { to: 'im-b', epoch: 3, by: 'an operator', at: 0, why: 'im-b is not ready' };
  return {
    epoch: active === 'im-b' ? 4 : 3,
    active,
    last: active,
    nodes: [],
    shards: 8,
    now: 0,
    switchover: phase && { ...asked, phase },
    takeovers: [],
    problems: [],
  };
}

interface Scene {
  /** What the asking ends with; undefined: all is well. */
  readonly error?: ImError;
  /** It ends before anything is written. */
  readonly early?: boolean;
  /** For how long the node goes on with this life, ms. */
  readonly hereMs?: number;
  /** What is seen from when on, ms; undefined: nobody can look. */
  readonly seen: readonly (readonly [fromMs: number, status: ClusterStatus | undefined])[];
}

/** What the operator is told, and after how long. */
async function told({ error, early, hereMs = Infinity, seen }: Scene) {
  const clock = fakeClock();
  const begunMs = clock.monotonic();
  const forMs = (): number => clock.monotonic() - begunMs;
  let said: string | undefined;
  let afterMs = 0;
  const end = (what: string): void => {
    said = what;
    afterMs = forMs();
  };
  void changeOwner(
    CHANGE,
    async (asked) => {
      if (early !== true) asked();
      if (error) throw error;
    },
    {
      clock,
      isHere: () => forMs() <= hereMs,
      status: async () => {
        const status = seen.findLast(([fromMs]) => forMs() >= fromMs)?.[1];
        if (!status) throw AWAY;
        return status;
      },
    },
  ).then(
    ({ active, epoch }) => end(`${active} ${epoch}`),
    (why: unknown) => end((why as ImError).code),
  );
  await new Promise(setImmediate);
  await until(() => {
    if (said === undefined) clock.advance(100);
    return said !== undefined;
  }, 'an answer');
  return { said, afterMs };
}

describe('a change of the owner that meets trouble', () => {
  const still = statusOf('im-a');

  it('is answered at once where nothing was asked for yet, or it is refused', async () => {
    const early = { error: AWAY, early: true, seen: [[0, still]] } as const;
    assert.deepEqual(await told(early), { said: 'IM_STORE_AWAY', afterMs: 0 });
    assert.deepEqual(await told({ error: STALE, seen: [] }), {
      said: 'IM_CLUSTER_EPOCH',
      afterMs: 0,
    });
  });

  it('is answered as soon as the store can be looked at, and nothing is under way', async () => {
    const soon = await told({ error: AWAY, seen: [[1_000, still]] });
    assert.equal(soon.said, 'IM_STORE_AWAY');
    assert.ok(soon.afterMs <= 1_200, `${soon.afterMs}`);
    const over = await told({ error: AWAY, seen: [[0, statusOf('im-a', 'refused')]] });
    assert.equal(over.said, 'IM_SWITCHOVER_REFUSED');
  });

  it('is waited for while it is under way', async () => {
    const seen = [
      [0, statusOf('im-a', 'moving')],
      [8_000, statusOf('im-b', 'done')],
    ] as const;
    const { said, afterMs } = await told({ error: AWAY, seen });
    assert.deepEqual([said, Math.round(afterMs / 1_000)], ['im-b 4', 8]);
  });

  it('is called unknown once the store has said nothing for 3 s', async () => {
    const { said, afterMs } = await told({ error: AWAY, seen: [] });
    assert.equal(said, 'IM_ADMIN_LATE');
    assert.ok(afterMs > 3_000 && afterMs < 4_000, `${afterMs}`);
  });

  it('is told by the next life of a node that ended with its shards', async () => {
    const seen = [
      [0, undefined],
      [9_000, statusOf('im-b', 'done')],
    ] as const;
    const { said } = await told({ error: AWAY, hereMs: 500, seen });
    assert.equal(said, 'im-b 4');
  });

  it('is not waited for longer than half a minute', async () => {
    const { said, afterMs } = await told({ seen: [[0, still]] });
    assert.equal(said, 'IM_SWITCHOVER_REFUSED');
    assert.ok(afterMs > 30_000 && afterMs < 31_000, `${afterMs}`);
  });
});
