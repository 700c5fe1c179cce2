/** Rules of several nodes on one store broken on purpose. */
import type { Clock, ClusterView, Persistence } from 'im-kernel/contract';
import { Lease } from '../../../core/cluster/lease.ts';
import { Sightings } from '../../../core/cluster/sightings.ts';
import { Whereabouts } from '../../../core/cluster/whereabouts.ts';
import { ConsumerCursors } from '../../../core/path/consumer-cursors.ts';
import { Effects } from '../../../core/path/effects.ts';
import manual from '../../../plugins/failover/manual/index.ts';
import standby from '../../../plugins/failover/standby/index.ts';
import { Standby } from '../../../plugins/failover/standby/standby.ts';
import { altered } from './altered.ts';
import { type Mutant, type Sabotage, replacing, together } from './mutant.ts';

/**
 * The fence is a lock that a take does not wait for: an append reads the epoch as it was before a
 * take that is under way. As if each take overtook the first append behind it.
 */
function fenceOvertaken(store: Persistence): Persistence {
  /** By shard: its epoch, and whether nothing was let in under it yet. */
  const epochs = new Map<number, { readonly epoch: number; fresh: boolean }>();
  return altered(store, {
    ownership: altered(store.ownership, {
      take: async (...asked) => {
        const taken = await store.ownership.take(...asked);
        for (const { shard, epoch } of taken) {
          if (epochs.get(shard)?.epoch !== epoch) epochs.set(shard, { epoch, fresh: true });
        }
        return taken;
      },
    }),
    append: (batch) =>
      store.append(
        batch.map((part) => {
          const known = epochs.get(part.shard);
          if (!known) return part;
          const passes = known.fresh && part.epoch === known.epoch - 1;
          known.fresh = false;
          return passes ? { ...part, epoch: known.epoch } : part;
        }),
      ),
  });
}

function onWallClock(clock: Clock): Clock {
  return { ...clock, monotonic: () => clock.now() };
}

function always(prototype: object, getter: string, value: unknown): Sabotage {
  return () => {
    const original = Object.getOwnPropertyDescriptor(prototype, getter) ?? {};
    Object.defineProperty(prototype, getter, { configurable: true, get: () => value });
    return () => {
      Object.defineProperty(prototype, getter, original);
    };
  };
}

function byForce(store: Persistence): Persistence {
  const { ownership } = store;
  return altered(store, {
    ownership: altered(ownership, { take: (life, takes) => ownership.take(life, takes, true) }),
  });
}

let content: Persistence | undefined;

/** What the last owner left over is passed over. */
const fromTheEnd: Sabotage = () => {
  let inherited: readonly number[] = [];
  return together(
    replacing(
      Effects.prototype,
      'start',
      (original) =>
        function (shards, from) {
          inherited = from;
          return original.call(this, shards, from);
        },
    ),
    replacing(
      ConsumerCursors.prototype,
      'load',
      (original) =>
        async function () {
          await original.call(this);
          for (const shard of inherited)
            this.move(shard, { after: (await content?.shardEnd(shard)) ?? 0, skip: 0 });
        },
    ),
  )();
};

/** Whoever served first is named for ever. */
const backToTheDead: Sabotage = () => {
  let first: readonly string[] = [];
  return replacing(
    Whereabouts.prototype,
    'isElsewhere',
    (original) =>
      function (addresses) {
        if (first.length === 0) first = addresses;
        original.call(this, first);
      },
  )();
};

export const CLUSTER_MUTANTS: Readonly<Record<string, Mutant>> = {
  'fence-overtaken': {
    rule: 'a take waits for the appends under way, and they for it',
    breaks: 'P8',
    spoilStore: fenceOvertaken,
  },
  'lease-by-wall-clock': {
    rule: 'a lease is counted on a clock that does not jump',
    // A node that is not cut off at the same time only stands still, for as long as the jump.
    breaks: 'P11',
    nodeClock: onWallClock,
    from: 510,
  },
  'answers-after-the-lease': {
    rule: 'nothing goes out once the lease is over',
    breaks: 'P8',
    sabotage: always(Lease.prototype, 'leftMs', Infinity),
  },
  'clock-believed-at-once': {
    rule: 'a jump of the store’s clock ends no lease that is renewed',
    breaks: 'P12',
    sabotage: always(Sightings.prototype, 'areYoung', false),
    from: 1020,
  },
  'suspects-followed': {
    rule: 'who is silent on its link loses nothing while its lease runs',
    breaks: 'P12',
    spoilStore: byForce,
    sabotage: replacing(
      Standby.prototype,
      'plan',
      (original) =>
        function (view) {
          const nodes = view.nodes.map((node) => {
            return node.suspect && node.name !== view.self ? { ...node, state: 'gone' } : node;
          });
          return original.call(this, { ...view, nodes } as ClusterView);
        },
    ),
    from: 165,
  },
  'takes-over-unasked': {
    rule: 'where an operator moves the shards, nobody else does',
    breaks: 'P12',
    sabotage: replacing(manual, 'create', () => (config, host) => {
      return standby.create({ ...config, tenure: 0 }, host);
    }),
  },
  'replay-without-cursor': {
    rule: 'a new owner goes on where the consumers of the last one were',
    breaks: 'consumers',
    spoilStore: (store) => (content = store),
    sabotage: fromTheEnd,
    from: 90,
  },
  'back-to-the-dead': {
    rule: 'clients are sent to who serves now',
    breaks: 'P11',
    sabotage: backToTheDead,
  },
};
