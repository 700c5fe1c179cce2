/** Who owns which shard, and who beats. One try each; SQLite's BUSY is thrown. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LivingNode, NodeLife, OwnershipRecord, ShardOwner, Take } from 'im-kernel/contract';
import { Alive, aliveName } from './alive.ts';
import { type Beat, Beats, leaseLeft } from './beats.ts';
import { leaseTime, thisProcess } from './machine.ts';
import type { BeatCalls } from './messages.ts';

function same(one: NodeLife | undefined, other: NodeLife): boolean {
  return one?.node === other.node && one.life === other.life;
}

export class OwnershipTable implements Omit<BeatCalls, 'free'> {
  readonly beats: Beats;
  readonly #alive: Alive;
  readonly #process = thisProcess();
  readonly #shards: number;
  readonly #select: StatementSync;
  readonly #selectAll: StatementSync;
  readonly #take: StatementSync;

  /** `db` is the store's, under the name `file`. */
  constructor(db: DatabaseSync, file: string, shards: number) {
    this.beats = new Beats(file);
    this.#alive = new Alive(file);
    this.#shards = shards;
    this.#select = db.prepare('SELECT shard, epoch, node, life FROM shard WHERE shard = ?');
    this.#selectAll = db.prepare('SELECT shard, epoch, node, life FROM shard');
    this.#take = db.prepare(
      `INSERT INTO shard (shard, epoch, node, life) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch, node = excluded.node, life = excluded.life`,
    );
  }

  /** Outside of transactions. */
  beat(life: NodeLife, leaseMs: number): OwnershipRecord | 'taken' {
    const alive = aliveName(life);
    this.#alive.hold(alive);
    const record = this.beats.within(() => {
      const before = this.beats.all().find(({ node }) => node === life.node);
      if (before && !same(before, life)) {
        if (this.#lives(before)) return 'taken';
        if (this.#alive.gone(before.alive)) this.#alive.sweep(before.alive);
      }
      const ends = leaseTime(this.#process.boot) + leaseMs;
      const { node, life: name } = life;
      const lease = { lease_ends: Math.floor(ends), lease: Math.ceil(leaseMs) };
      this.beats.put({ node, life: name, ...lease, ...this.#process, alive });
      return this.look();
    });
    if (record === 'taken') this.#alive.release(alive);
    return record;
  }

  /** Lives after shards: no owner is missing among the lives that came before it owned. */
  look(): OwnershipRecord {
    const known = new Map<number, ShardOwner>();
    for (const row of this.#selectAll.all()) {
      const owner = ownerOf(row);
      known.set(owner.shard, owner);
    }
    const shards = Array.from({ length: this.#shards }, (_, shard) => {
      return known.get(shard) ?? nobodys(shard);
    });
    const nodes = this.beats.all().map((beat) => this.#livingOf(beat));
    return { nodes, shards, now: Date.now() };
  }

  leave(life: NodeLife): void {
    this.beats.within(() => this.beats.remove(life));
    this.#alive.release(aliveName(life));
  }

  /** Undefined: a take would come in; otherwise how the shards stand. */
  refusal(life: NodeLife, takes: readonly Take[], force: boolean): ShardOwner[] | undefined {
    const standing = takes.map(({ shard }) => this.#standing(shard));
    const beats = this.beats.all();
    const may = takes.every(({ epoch }, at) => {
      const shard = standing[at]!;
      if (same(shard.owner, life) && shard.epoch === epoch + 1) return true;
      return shard.epoch === epoch && (force || !this.#isKept(shard.owner, life, beats));
    });
    return may ? undefined : standing;
  }

  /** In a transaction of the store, while nobody beats. */
  take(life: NodeLife, takes: readonly Take[], force: boolean): ShardOwner[] {
    const refusal = this.refusal(life, takes, force);
    if (refusal) return refusal;
    for (const { shard, epoch } of takes) this.#take.run(shard, epoch + 1, life.node, life.life);
    return takes.map(({ shard }) => this.#standing(shard));
  }

  /** The lives that beat through this store are gone with it. */
  close(alone: boolean): void {
    this.#alive.close();
    this.beats.close(alone);
  }

  #lives(beat: Beat): boolean {
    return leaseLeft(beat, this.#process.boot) > 0 && !this.#alive.gone(beat.alive);
  }

  #livingOf(beat: Beat): LivingNode {
    const leaseLeftMs = leaseLeft(beat, this.#process.boot);
    return { node: beat.node, life: beat.life, leaseLeftMs, gone: this.#alive.gone(beat.alive) };
  }

  /** Another node's life that may still act as the owner. */
  #isKept(owner: NodeLife | undefined, life: NodeLife, beats: readonly Beat[]): boolean {
    if (owner === undefined || owner.node === life.node) return false;
    return beats.some((beat) => same(beat, owner) && this.#lives(beat));
  }

  #standing(shard: number): ShardOwner {
    if (!Number.isInteger(shard) || shard < 0 || shard >= this.#shards) {
      throw new Error(`there is no shard ${shard}`);
    }
    const row = this.#select.get(shard);
    return row ? ownerOf(row) : nobodys(shard);
  }
}

function nobodys(shard: number): ShardOwner {
  return { shard, epoch: 0, owner: undefined };
}

function ownerOf(row: Record<string, unknown>): ShardOwner {
  const owner = { node: String(row['node']), life: String(row['life']) };
  return { shard: Number(row['shard']), epoch: Number(row['epoch']), owner };
}
