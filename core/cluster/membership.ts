/**
 * A node among others: it beats, looks, asks the policy what to own, and takes it. Everything
 * happens in one turn at a time, every beat, or sooner when somebody has news. It only decides what
 * the node is; what that means, the node does.
 */
import {
  ImError,
  reasonOf,
  type Cancel,
  type Clock,
  type ClusterView,
  type Component,
  type Failover,
  type Health,
  type Log,
  type NodeLife,
  type OwnershipRecord,
  type Persistence,
  type Registry,
} from '../contract/index.ts';
import { activeOf, clusterView } from './cluster-view.ts';
import type { Lease } from './lease.ts';
import { parseCard, printCard, type NodeCard } from './node-card.ts';
import type { Shards } from './shards.ts';
import { Switching } from './switching.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface MembershipSurroundings {
  readonly beatMs: number;
  readonly leaseMs: number;
  readonly persistence: Persistence;
  readonly registry: Registry;
  readonly failover: Failover;
  readonly shards: Shards;
  readonly lease: Lease;
  readonly whereabouts: Whereabouts;
  readonly clock: Clock;
  readonly log: Log;
  /** This node's card as it would be announced now. */
  readonly card: () => NodeCard;
  readonly report: (health: Health) => void;
  /** All shards are this node's: it should serve. `from`: who owned them before. */
  readonly serve: (from: NodeLife | undefined) => void;
  /** Takes in nothing more, answers what it owes, and sends the clients to the addresses. */
  readonly drain: () => Promise<void>;
  /** Nothing is this node's any more: it should end, and may come back as another life. */
  readonly over: (why: string) => void;
}

/** Between two turns while a change of the owner is under way, ms. */
const HURRY_MS = 50;
/** A card is listed for this many beats. */
const CARD_BEATS = 5;

export class Membership implements Component {
  readonly #around: MembershipSurroundings;
  readonly #switching: Switching;
  #phase: 'joining' | 'standby' | 'serving' | 'leaving' | 'over' = 'joining';
  #record: OwnershipRecord | undefined;
  #cards: ReadonlyMap<string, NodeCard> = new Map();
  #suspects: ReadonlySet<string> = new Set();
  #seenMs = -Infinity;
  #changedMs = -Infinity;
  /** Who owned shards last, other than this life. */
  #other: NodeLife | undefined;
  /** A shard that the store let nothing into any more. */
  #fenced: number | undefined;
  #turn: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #troubled = false;
  #cancel: Cancel = () => undefined;

  constructor(around: MembershipSurroundings) {
    this.#around = around;
    this.#switching = new Switching({
      register: around.persistence.register,
      self: around.shards.life,
      clock: around.clock,
      log: around.log,
      beatMs: around.beatMs,
      whereabouts: around.whereabouts,
      handOver: (to, addresses) => void this.#handOver(to, addresses),
    });
  }

  /** How all stood when last looked, and how long ago, ms. */
  get seen(): { readonly record: OwnershipRecord | undefined; readonly agoMs: number } {
    return { record: this.#record, agoMs: this.#around.clock.monotonic() - this.#seenMs };
  }

  /** What the nodes told of themselves last, by name. */
  get cards(): ReadonlyMap<string, NodeCard> {
    return this.#cards;
  }

  get phase(): 'joining' | 'standby' | 'serving' | 'leaving' | 'over' {
    return this.#phase;
  }

  /** Nodes that are silent on their links; news of it is worth a look. */
  suspect(names: ReadonlySet<string>): void {
    this.#suspects = names;
    this.poke();
  }

  /** The store says that a shard is another node's; true if this node ends for it. */
  fenced(shard: number): boolean {
    if (!this.#around.failover.rule.leased) return false;
    // Nothing goes out any more; where clients are to go, the next turn finds out.
    this.#around.lease.end();
    this.#fenced = shard;
    this.poke();
    return true;
  }

  /** Joins under its name; takes what the policy says. */
  async start(signal: AbortSignal): Promise<void> {
    const { clock, beatMs, leaseMs, shards } = this.#around;
    const begunMs = clock.monotonic();
    // An earlier life of this node may have a lease that runs: it ends, or somebody renews it.
    while (!(await this.#beat())) {
      if (clock.monotonic() - begunMs > leaseMs + 2 * beatMs) {
        throw new ImError('IM_CLUSTER_NAME', { node: shards.life.node });
      }
      await new Promise<void>((resolve) => clock.after(beatMs / 4, resolve));
      signal.throwIfAborted();
    }
    this.#schedule(beatMs);
  }

  /** Says that it leaves; whoever is next need not wait for the end of the lease. */
  async stop(): Promise<void> {
    const { persistence, registry, shards } = this.#around;
    this.#stopped = true;
    this.#cancel();
    await this.#turn;
    if (this.#phase === 'joining') return;
    this.#phase = 'over';
    await registry.withdraw(shards.life.node).catch(() => undefined);
    await persistence.ownership.leave(shards.life).catch(() => undefined);
  }

  /** Looks now instead of at the next beat. */
  poke(): void {
    if (this.#stopped || this.#phase === 'joining') return;
    this.#cancel();
    this.#run();
  }

  /**
   * Before an owner stops: asks the first of the others that could follow to take over, and
   * resolves when it owns everything; false if nobody did within the limit.
   */
  async yieldTo(limitMs: number): Promise<boolean> {
    this.poke();
    await this.#turn;
    if (this.#phase !== 'serving' || !this.#record) return false;
    const view = this.#view(this.#record);
    const next = follower(view);
    if (!next) return false;
    const { node } = this.#around.shards.life;
    const asked = await this.#switching.ask(next, this.#record, `${node} stops`).catch(() => false);
    if (!asked) return false;
    this.poke();
    return this.#switching.whenHandedOver(limitMs);
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#around.clock.after(delayMs, () => this.#run());
  }

  #run(): void {
    if (this.#turn) {
      this.#again = true;
      return;
    }
    this.#turn = this.#tryTurn().finally(() => {
      this.#turn = undefined;
      if (this.#stopped || this.#phase === 'over') return;
      const { beatMs } = this.#around;
      this.#schedule(this.#again ? 0 : this.#switching.hurried ? HURRY_MS : beatMs);
      this.#again = false;
    });
  }

  async #tryTurn(): Promise<void> {
    const { report, log } = this.#around;
    try {
      const known = await this.#beat();
      if (!known) this.#lost('another life of this node has its name');
      if (this.#troubled) report({ state: 'running' });
      this.#troubled = false;
    } catch (error) {
      const why = `it does not reach the store: ${reasonOf(error)}`;
      if (!(error instanceof ImError) || error.kind !== 'passing') {
        report({ state: 'failed', why });
        return;
      }
      if (!this.#troubled) log.warn('a beat was missed', { why });
      if (!this.#troubled) report({ state: 'degraded', why, error });
      this.#troubled = true;
    }
  }

  /** One turn; false if another life of this node has its name. */
  async #beat(): Promise<boolean> {
    const { clock, persistence, lease, leaseMs, shards } = this.#around;
    const askedMs = clock.monotonic();
    const record = await persistence.ownership.beat(shards.life, leaseMs);
    if (record === 'taken') return false;
    lease.renewed(askedMs, leaseMs);
    const joined = this.#phase === 'joining';
    if (joined) this.#phase = 'standby';
    await this.#meet();
    if (this.#phase === 'leaving' || this.#phase === 'over') return true;
    this.#note(record);
    if (this.#phase === 'serving') this.#keep(record);
    else this.#follow(record);
    if (this.phase === 'over') return true;
    await this.#switching.turn(record, this.#cards, this.#phase === 'serving');
    // Without leases nobody asks who is first: a node that was fenced must not take it all back.
    if (joined || this.#around.failover.rule.leased) await this.#plan(record);
    return true;
  }

  /** Tells of itself, and hears of the others; without the registry, what was heard last holds. */
  async #meet(): Promise<void> {
    const { registry, card, beatMs, log } = this.#around;
    try {
      const own = card();
      await registry.announce(own.node, printCard(own), CARD_BEATS * beatMs);
      const cards = new Map<string, NodeCard>();
      for (const one of await registry.list()) {
        const known = parseCard(one.card);
        if (known) cards.set(one.node, known);
      }
      this.#cards = cards;
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      log.debug('the registry is away', { why: reasonOf(error) });
    }
  }

  #note(record: OwnershipRecord): void {
    const { clock, shards } = this.#around;
    const before = this.#record;
    const changed = record.shards.some(({ owner }, at) => {
      return before !== undefined && before.shards[at]?.owner?.life !== owner?.life;
    });
    this.#seenMs = clock.monotonic();
    const other = record.shards.find((one) => one.owner && !shards.isMine(one));
    this.#other = other?.owner ?? this.#other;
    if (changed) this.#changedMs = this.#seenMs;
    this.#record = record;
  }

  /** What a serving node owns must be its own still. */
  #keep(record: OwnershipRecord): void {
    const { shards } = this.#around;
    const gone = shards.owned().find(({ shard }) => {
      const stands = record.shards[shard];
      return !stands || !shards.isMine(stands);
    });
    const shard = this.#fenced ?? gone?.shard;
    if (shard !== undefined) this.#lost(`shard ${shard} is another node's`);
  }

  /** One who does not serve may be given everything; else it knows who serves. */
  #follow(record: OwnershipRecord): void {
    const { shards, whereabouts } = this.#around;
    if (record.shards.every((one) => shards.isMine(one))) {
      shards.adopt(record.shards);
      return this.#serve(this.#other);
    }
    const active = activeOf(record);
    const card = active && this.#cards.get(active.node);
    if (!this.#switching.expected) whereabouts.isElsewhere(card?.addresses ?? []);
  }

  async #plan(record: OwnershipRecord): Promise<void> {
    const { failover, shards } = this.#around;
    const planned = new Set(failover.plan(this.#view(record)));
    const wanted = record.shards.filter((one) => planned.has(one.shard) && !shards.isMine(one));
    if (wanted.length === 0 || this.#phase === 'leaving') return;
    // A policy without leases owns by force; with them, the store says whether it may.
    if (!(await shards.take(wanted, !failover.rule.leased))) return;
    this.#changedMs = this.#around.clock.monotonic();
    if (this.phase !== 'over') this.#serve(this.#other);
  }

  #view(record: OwnershipRecord): ClusterView {
    const { clock, shards } = this.#around;
    const tenureMs = clock.monotonic() - this.#changedMs;
    const self = shards.life.node;
    return clusterView({ self, record, cards: this.#cards, suspects: this.#suspects, tenureMs });
  }

  #serve(from: NodeLife | undefined): void {
    const { whereabouts, lease, failover, log, serve, shards } = this.#around;
    if (this.#phase === 'serving') return;
    this.#phase = 'serving';
    whereabouts.soonHere();
    if (failover.rule.leased) lease.need();
    const epoch = shards.owned()[0]?.epoch;
    log.info('this node owns the shards', { epoch, from: from?.node ?? 'nobody' });
    serve(from);
  }

  #lost(why: string): void {
    const { shards, whereabouts, over, lease, failover } = this.#around;
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    for (const { shard } of shards.owned()) shards.lose(shard);
    if (!failover.rule.leased) return;
    lease.end();
    const active = this.#record && activeOf(this.#record);
    const card = active && this.#cards.get(active.node);
    whereabouts.isElsewhere(card?.addresses ?? []);
    over(why);
  }

  async #handOver(to: NodeLife, addresses: readonly string[]): Promise<void> {
    const { whereabouts, drain, persistence, shards, over, lease } = this.#around;
    this.#phase = 'leaving';
    whereabouts.isElsewhere(addresses);
    await drain();
    const takes = shards.owned();
    await this.#switching.untilDone(() => persistence.ownership.take(to, takes, true));
    this.#phase = 'over';
    lease.end();
    over(`${to.node} follows, as planned`);
  }
}

/** Who should follow the owner; undefined: nobody could. */
function follower({ self, nodes }: ClusterView): string | undefined {
  const fit = nodes.filter(({ name, state, ready, suspect }) => {
    return name !== self && state === 'live' && ready && !suspect;
  });
  const [first] = fit.toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
  return first?.name;
}
