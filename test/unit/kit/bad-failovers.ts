/**
 * Failover policies that each break one sentence of the contract. Run as a child: the judge must
 * find each.
 */
import type { ClusterView, Failover, NodeView } from 'im-kernel/contract';
import { judgeFailover, type FailoverCase } from 'im-kernel/kit';

const done = Promise.resolve();
const rule: Failover['rule'] = {
  leased: true,
  priority: 0,
  suspectAfterMs: 1_000,
  replay: 'eager',
  replayWithinMs: 0,
};

interface Bad {
  readonly takes?: FailoverCase['takes'];
  readonly rule?: Failover['rule'];
}

function failover(name: string, plan: Failover['plan'], bad: Bad = {}): void {
  const make = (): Failover => ({
    start: () => done,
    stop: () => done,
    rule: bad.rule ?? rule,
    plan,
  });
  judgeFailover({ name, make, takes: bad.takes ?? 'automatic' });
}

const all = ({ shards }: ClusterView): readonly number[] => shards.map(({ shard }) => shard);

/** A policy that takes what `isFree` says, if `isHeir` calls this node the first. */
function policy(
  isHeir: (view: ClusterView) => boolean,
  isFree: (owner: NodeView | undefined, view: ClusterView) => boolean,
): Failover['plan'] {
  return (view) => {
    const free = ({ owner }: ClusterView['shards'][number]): boolean =>
      isHeir(view) && (owner === undefined || isFree(find(view, owner), view));
    return view.shards
      .filter((one) => one.owner === view.self || free(one))
      .map(({ shard }) => shard);
  };
}

const find = ({ nodes }: ClusterView, name: string): NodeView | undefined =>
  nodes.find((node) => node.name === name);
const canOwn = (node: NodeView): boolean => node.state === 'live' && node.ready && !node.suspect;
const firstOf = (nodes: readonly NodeView[]): string | undefined =>
  nodes.toSorted((one, other) => one.priority - other.priority)[0]?.name;
const isFirst = ({ self, nodes }: ClusterView): boolean => firstOf(nodes.filter(canOwn)) === self;
const isDead = (owner: NodeView | undefined): boolean => owner?.state !== 'live';

failover('right', policy(isFirst, isDead));
failover(
  'right by hand',
  policy(isFirst, () => false),
  { takes: 'manual' },
);

let calls = 0;
failover('stranger’s shard', ({ shards }) => [shards.length]);
failover('twice', (view) => [...all(view), ...all(view)]);
failover('remembers', (view) => ((calls += 1) % 2 ? [] : all(view)));
failover('takes nothing', () => []);
failover('robs the living', all);
failover('forgets its own', (view) =>
  policy(isFirst, isDead)(view).filter((shard) => view.shards[shard]?.owner !== view.self),
);
failover(
  'unready too',
  policy(
    ({ self, nodes }) => firstOf(nodes.filter(({ state }) => state === 'live')) === self,
    isDead,
  ),
);
failover(
  'everybody takes',
  policy((view) => view.nodes.some((node) => node.name === view.self && canOwn(node)), isDead),
);
failover('takes over unasked', policy(isFirst, isDead), { takes: 'manual' });
failover(
  'waits for ever',
  policy(isFirst, (owner) => owner?.state === 'gone'),
);
failover(
  'leaves the gone',
  policy(isFirst, (owner) => owner?.state === 'over'),
);
failover(
  'waits for the silent',
  policy(
    ({ self, nodes }) =>
      firstOf(nodes.filter((node) => node.state === 'live' && node.ready)) === self,
    isDead,
  ),
);
failover('unknown replay', policy(isFirst, isDead), {
  rule: { ...rule, replay: 'later' as 'eager' },
});
