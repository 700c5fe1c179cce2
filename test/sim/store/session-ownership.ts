/**
 * Ownership as the database answers it on one session. A beat makes the session a lifeline, as in
 * the store `postgres`: once the last one of a life has ended, the life is called gone, which may
 * be wrong of one that has lost its connections.
 */
import type { Ownership, OwnershipRecord } from 'im-kernel/contract';
import type { Session, SimDatabase } from './sim-database.ts';

export function ownershipOn(session: Session, database: SimDatabase): Ownership {
  const { ownership } = database.content;
  const look = async (): Promise<OwnershipRecord> => {
    const record = await ownership.look();
    const nodes = record.nodes.map((one) => {
      return { ...one, gone: database.isGone(one), leaseLeftMs: database.leaseLeftMs(one) };
    });
    return { ...record, nodes };
  };
  return {
    look,
    beat: async (life, leaseMs) => {
      const { nodes } = await look();
      const last = nodes.find(({ node }) => node === life.node);
      const isOver = last !== undefined && (last.gone || last.leaseLeftMs <= 0);
      if (isOver && last.life !== life.life) await ownership.leave(last);
      const answer = await ownership.beat(life, leaseMs);
      if (answer === 'taken') return answer;
      database.renewed(life, leaseMs);
      database.hold(session, life);
      return look();
    },
    leave: async (life) => {
      await ownership.leave(life);
      database.forget(life);
    },
    take: async (life, takes, force) => {
      const { nodes, shards } = await look();
      const owners = new Set(takes.map(({ shard }) => shards[shard]?.owner?.life));
      const isHeld = nodes.some(({ node, life: one, leaseLeftMs, gone }) => {
        return owners.has(one) && node !== life.node && leaseLeftMs > 0 && !gone;
      });
      return ownership.take(life, takes, force || !isHeld);
    },
  };
}
