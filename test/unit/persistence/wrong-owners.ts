/** Stores that are wrong about who owns what, each in one way. */
import { setImmediate as turn } from 'node:timers/promises';
import type { NodeLife, Ownership, ShardOwner, Take } from 'im-kernel/contract';

/** What a store does otherwise than the real one. */
export type Wrong = (real: Ownership) => Partial<Ownership>;

function sameNode(one: NodeLife | undefined, other: NodeLife): boolean {
  return one?.node === other.node;
}

/** How the shards of these takes stand. */
async function standing(real: Ownership, takes: readonly Take[]): Promise<readonly ShardOwner[]> {
  const { shards } = await real.look();
  return takes.map(({ shard }) => shards[shard]!);
}

/** These takes, with the epochs that are right now. */
async function believing(real: Ownership, takes: readonly Take[]): Promise<readonly Take[]> {
  const { shards } = await real.look();
  return takes.map(({ shard }) => ({ shard, epoch: shards[shard]?.epoch ?? 0 }));
}

/** Refuses a take when one of its shards stands like this. */
function refusing(
  when: (owner: NodeLife, taker: NodeLife, real: Ownership) => Promise<boolean>,
): Wrong {
  return (real) => ({
    take: async (life, takes, force) => {
      const now = await standing(real, takes);
      for (const { owner } of now)
        if (!force && owner !== undefined && (await when(owner, life, real))) return now;
      return real.take(life, takes, force);
    },
  });
}

export const BEATS: Readonly<Record<string, Wrong>> = {
  'lets a life begin over a lease': (real) => ({
    beat: async (life, leaseMs) => {
      const { nodes } = await real.look();
      for (const other of nodes) if (sameNode(other, life)) await real.leave(other);
      return real.beat(life, leaseMs);
    },
  }),
  'looks, and then lets a life begin': (real) => ({
    beat: async (life, leaseMs) => {
      const isTaken = (await real.beat(life, 0)) === 'taken';
      await turn();
      const last = (await real.look()).nodes.find((one) => sameNode(one, life));
      if (isTaken) return 'taken';
      if (last !== undefined && last.life !== life.life) await real.leave(last);
      return real.beat(life, leaseMs);
    },
  }),
  'renews the lease of the one by the beat of the other': (real) => ({
    beat: async (life, leaseMs) => {
      const answer = await real.beat(life, leaseMs);
      const { nodes } = await real.look();
      if (answer === 'taken')
        await real.beat(
          nodes.find((one) => sameNode(one, life))!,
          leaseMs,
        );
      return answer;
    },
  }),
  'shortens no lease': (real) => ({
    beat: async (life, leaseMs) => {
      const record = await real.look();
      const last = record.nodes.find((one) => one.life === life.life);
      return (last?.leaseLeftMs ?? 0) > leaseMs ? record : real.beat(life, leaseMs);
    },
  }),
  'ends a lease too early': (real) => ({ beat: (life, leaseMs) => real.beat(life, leaseMs / 2) }),
  'ends a lease too late': (real) => ({ beat: (life, leaseMs) => real.beat(life, leaseMs * 9) }),
  'lets nobody leave': () => ({ leave: () => Promise.resolve() }),
  'lets a node leave for any of its lives': (real) => ({
    leave: async (life) => {
      const { nodes } = await real.look();
      for (const other of nodes) if (sameNode(other, life)) await real.leave(other);
    },
  }),
  'lists nodes in another sequence': (real) => ({
    look: async () => {
      const record = await real.look();
      return { ...record, nodes: record.nodes.toReversed() };
    },
  }),
  'forgets a life whose lease is over': (real) => ({
    look: async () => {
      const record = await real.look();
      return { ...record, nodes: record.nodes.filter(({ leaseLeftMs }) => leaseLeftMs > 0) };
    },
  }),
  'tells of another clock': (real) => ({ look: async () => ({ ...(await real.look()), now: 0 }) }),
  'answers before it has started': (real) => ({
    look: () => real.look().catch(() => ({ nodes: [], shards: [], now: Date.now() })),
  }),
};

export const TAKES: Readonly<Record<string, Wrong>> = {
  'takes what fits': (real) => ({
    take: async (life, takes, force) => {
      const answers = takes.map((take) => real.take(life, [take], force));
      return (await Promise.all(answers)).flat();
    },
  }),
  'takes whatever epoch is believed': (real) => ({
    take: async (life, takes, force) => real.take(life, await believing(real, takes), force),
  }),
  'looks, and then takes': (real) => ({
    take: async (life, takes, force) => {
      const now = await believing(real, takes);
      const isRight = takes.every((take, at) => take.epoch === now[at]!.epoch);
      await turn();
      return isRight
        ? real.take(life, await believing(real, takes), force)
        : real.take(life, takes, force);
    },
  }),
  'asks no lease': (real) => ({ take: (life, takes) => real.take(life, takes, true) }),
  'knows no force': (real) => ({ take: (life, takes) => real.take(life, takes, false) }),
  'takes any life of a node for the one that owns': refusing(async (owner, taker, real) => {
    const { nodes } = await real.look();
    const last = nodes.find((one) => sameNode(one, owner));
    return !sameNode(owner, taker) && (last?.leaseLeftMs ?? 0) > 0;
  }),
  'holds a lease against the same node': refusing(async (owner, taker, real) => {
    const { nodes } = await real.look();
    const last = nodes.find(({ life }) => life === owner.life);
    return owner.life !== taker.life && (last?.leaseLeftMs ?? 0) > 0;
  }),
  'frees nothing that was owned once': refusing(async (owner, taker) => !sameNode(owner, taker)),
  'raises the epoch at a repeat': (real) => ({
    take: async (life, takes, force) => {
      const now = await standing(real, takes);
      const own = now.every(({ owner }) => owner?.life === life.life);
      return real.take(life, own ? await believing(real, takes) : takes, force);
    },
  }),
  'refuses a repeat': (real) => ({
    take: async (life, takes, force) => {
      const now = await standing(real, takes);
      const isRight = takes.every((take, at) => take.epoch === (now[at] ?? take).epoch);
      return isRight ? real.take(life, takes, force) : now;
    },
  }),
  'takes any life of a node for one that repeats itself': (real) => ({
    take: async (life, takes, force) => {
      const now = await standing(real, takes);
      const left = takes.filter(
        ({ epoch }, at) => epoch + 1 !== now[at]?.epoch || !sameNode(now[at].owner, life),
      );
      await real.take(life, left, force);
      return standing(real, takes);
    },
  }),
  'answers in a sequence of its own': (real) => ({
    take: async (...asked) => (await real.take(...asked)).toSorted((a, b) => a.shard - b.shard),
  }),
  'passes over shards that do not exist': (real) => ({
    take: (life, takes, force) =>
      real.take(
        life,
        takes.filter(({ shard }) => shard >= 0 && shard < 8),
        force,
      ),
  }),
};
