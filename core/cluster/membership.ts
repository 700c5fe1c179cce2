/**
 * A node among others: it beats, looks, asks the policy what to own, and takes it. Everything
 * happens in one turn at a time, every beat, or sooner when somebody has news. It only decides what
 * the node is; what that means, the node does.
 */
import { ImError, type Component, type NodeLife, type OwnershipRecord } from '../contract/index.ts';
import { BeatHealth } from './beat-health.ts';
import type { MembershipSurroundings } from './membership-surroundings.ts';
import { Neighbours } from './neighbours.ts';
import type { NodeCard } from './node-card.ts';
import { Planning } from './planning.ts';
import { Pulse } from './pulse.ts';
import { Sightings } from './sightings.ts';
import { Signpost } from './signpost.ts';
import { Switching } from './switching.ts';

/** Between two turns while a change of the owner is under way, ms. */
const HURRY_MS = 50;
/** However many clients come, they cause no more than a look in so long, ms. */
const KNOCK_EVERY_MS = 100;

export class Membership implements Component {
  readonly #around: MembershipSurroundings;
  readonly #switching: Switching;
  readonly #neighbours: Neighbours;
  readonly #pulse: Pulse;
  readonly #sightings: Sightings;
  readonly #health: BeatHealth;
  readonly #planning: Planning;
  readonly #signpost: Signpost;
  #phase: 'joining' | 'standby' | 'serving' | 'leaving' | 'over' = 'joining';
  #suspects: ReadonlySet<string> = new Set();
  /** A shard that the store let nothing into any more. */
  #fenced: number | undefined;
  #deciding: Promise<void> | undefined;

  constructor(around: MembershipSurroundings) {
    this.#around = around;
    this.#neighbours = new Neighbours(around);
    this.#health = new BeatHealth(around.report);
    this.#sightings = new Sightings(around);
    this.#pulse = new Pulse({
      clock: around.clock,
      turn: () => this.#tryTurn(),
      pauseMs: () => this.#pauseMs,
    });
    const within = { sightings: this.#sightings, pulse: this.#pulse, member: this };
    this.#planning = new Planning({ ...around, ...within });
    this.#signpost = new Signpost({ ...around, ...within, planning: this.#planning });
    this.#switching = new Switching({
      register: around.register,
      self: around.shards.life,
      clock: around.clock,
      log: around.log,
      beatMs: around.beatMs,
      whereabouts: around.whereabouts,
      handOver: (to, addresses) => {
        this.#handOver(to, addresses).catch((error: unknown) => this.#health.trouble(error));
      },
    });
  }

  /** How all stood when last looked, and how long ago. */
  get seen(): Pick<Sightings, 'record' | 'agoMs'> {
    return this.#sightings;
  }

  /** What the nodes told of themselves last, by name. */
  get cards(): ReadonlyMap<string, NodeCard> {
    return this.#neighbours.cards;
  }

  get phase(): 'joining' | 'standby' | 'serving' | 'leaving' | 'over' {
    return this.#phase;
  }

  /** It decides nothing any more. */
  get ends(): boolean {
    return this.#phase === 'leaving' || this.#phase === 'over';
  }

  /** Nodes that were silent on their links when last heard of. */
  get suspects(): ReadonlySet<string> {
    return this.#suspects;
  }

  /** Nodes that are silent on their links; news of it is worth a look. */
  suspect(names: ReadonlySet<string>): void {
    this.#suspects = names;
    this.poke();
  }

  /** This node, while it owns the shards and its lease is over. */
  get silent(): string | undefined {
    const { shards, lease } = this.#around;
    return this.#phase === 'serving' && !lease.open ? shards.life.node : undefined;
  }

  /** The store says that a shard is another node's; true if this node ends for it. */
  fenced(shard: number): boolean {
    if (!this.#around.failover.rule.leased) {
      this.poke();
      return false;
    }
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
    // An earlier life's lease ends, late where the store's clock was set back, or is renewed.
    while (!(await this.#beat())) {
      if (clock.monotonic() - begunMs > 2 * leaseMs) {
        throw new ImError('IM_CLUSTER_NAME', { node: shards.life.node, setting: 'node.name' });
      }
      await new Promise<void>((resolve) => clock.after(beatMs / 4, resolve));
      signal.throwIfAborted();
    }
    this.#pulse.start();
  }

  /** Says that it leaves; whoever is next need not wait for the end of the lease. */
  async stop(): Promise<void> {
    const { persistence, shards } = this.#around;
    this.#signpost.stop();
    await this.#pulse.stop();
    if (this.#phase === 'joining') return;
    this.#phase = 'over';
    // Who follows waits for the store's word, and for no registry.
    const left = persistence.ownership.leave(shards.life).catch(() => undefined);
    await Promise.all([left, this.#neighbours.leave(shards.life.node)]);
  }

  /** Looks now instead of at the next beat. */
  poke(): void {
    void this.#pulse.beat();
  }

  /**
   * A client came to this node, which does not serve: perhaps it lost the one that does. Resolves
   * when it was looked lately enough; after a beat at the latest.
   */
  knocked(): Promise<void> {
    // What was seen just now may still be acted upon.
    const isFresh = !this.#deciding && this.#sightings.agoMs < KNOCK_EVERY_MS;
    if (this.#phase !== 'standby' || isFresh) return Promise.resolve();
    return this.#pulse.beatWithin(this.#around.beatMs);
  }

  /**
   * Before an owner stops: asks the first of the others that could follow to take over, and
   * resolves when it owns everything; false if nobody did within the limit.
   */
  async yieldTo(limitMs: number): Promise<boolean> {
    await this.#pulse.beat();
    // What it could not decide, the turn has told.
    await this.#deciding?.catch(() => undefined);
    if (this.#phase === 'leaving') return this.#switching.whenHandedOver(limitMs);
    if (this.#phase !== 'serving' || !this.#sightings.record) return false;
    const next = this.#planning.heir(this.#sightings.record);
    if (next === undefined) return false;
    const by = `${this.#around.shards.life.node} stops`;
    const asking = this.#switching.ask(next, this.#sightings.record, by);
    if (!(await asking.catch(() => false))) return false;
    this.#around.leaving?.();
    this.poke();
    return this.#switching.whenHandedOver(limitMs);
  }

  get #pauseMs(): number | undefined {
    if (this.#phase === 'over') return undefined;
    return this.#switching.hurried ? HURRY_MS : this.#sightings.worthLookMs;
  }

  async #tryTurn(): Promise<void> {
    try {
      if (!(await this.#beat())) this.#lost('another life of this node has its name');
      this.#health.well(this.#neighbours.problem);
    } catch (error) {
      this.#health.trouble(error);
    }
  }

  /** One turn; false if another life of this node has its name. */
  async #beat(): Promise<boolean> {
    const { clock, persistence, lease, leaseMs, shards } = this.#around;
    const askedMs = clock.monotonic();
    const record = await persistence.ownership.beat(shards.life, leaseMs);
    if (record === 'taken') return false;
    const joined = this.#phase === 'joining';
    if (joined) this.#phase = 'standby';
    this.#sightings.note(record);
    const gone = this.#gone(record);
    // What is owed goes out with a renewal, and is not an earlier owner's to say.
    if (gone === undefined) lease.renewed(askedMs, leaseMs);
    else if (this.#phase === 'serving') this.#lost(`shard ${gone} is another node's`);
    const deciding = this.#decideOnce(joined);
    // Whatever else hangs, an owner's lease is renewed meanwhile.
    if (this.#phase !== 'serving') await deciding;
    else deciding.catch(() => undefined);
    return true;
  }

  /** One at a time, each with the newest record that there is when it begins. */
  #decideOnce(joined: boolean): Promise<void> {
    this.#deciding ??= this.#health.deciding(this.#decide(joined)).finally(() => {
      this.#deciding = undefined;
      // A serving node did not wait for this before its pause began.
      if (this.#switching.hurried) this.#pulse.repause();
    });
    return this.#deciding;
  }

  async #decide(joined: boolean): Promise<void> {
    await this.#neighbours.meet();
    const { record } = this.#sightings;
    if (!record || this.ends) return;
    if (this.#phase !== 'serving') this.#follow(record);
    await this.#switching.turn(record, this.#neighbours.cards, this.#phase === 'serving');
    // Without leases nobody asks who is first: a node that was fenced must not take it all back.
    if (joined || this.#around.failover.rule.leased) await this.#plan(record);
  }

  /** What this node owns must be its own still: a shard that is not. */
  #gone(record: OwnershipRecord): number | undefined {
    const { shards } = this.#around;
    const gone = shards.owned().find(({ shard }) => {
      const stands = record.shards[shard];
      return !stands || !shards.isMine(stands);
    });
    return this.#fenced ?? gone?.shard;
  }

  /** One who does not serve may be given everything; else it knows who serves. */
  #follow(record: OwnershipRecord): void {
    const { shards } = this.#around;
    if (record.shards.every((one) => shards.isMine(one))) {
      shards.adopt(record.shards);
      return this.#serve(this.#sightings.other);
    }
    if (!this.#switching.expected) this.#signpost.point();
  }

  async #plan(record: OwnershipRecord): Promise<void> {
    const isTaken = await this.#planning.take(record);
    if (isTaken && !this.ends) this.#serve(this.#sightings.other);
  }

  #serve(from: NodeLife | undefined): void {
    const { whereabouts, lease, failover, log, serve, shards } = this.#around;
    if (this.#phase === 'serving') return;
    this.#phase = 'serving';
    whereabouts.soonHere();
    if (failover.rule.leased) {
      lease.need();
      this.#signpost.watch();
    }
    const epoch = shards.owned()[0]?.epoch;
    log.info('this node owns the shards', { epoch, from: from?.node ?? 'nobody' });
    serve(from);
  }

  #lost(why: string): void {
    const { shards, over, lease, failover } = this.#around;
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    for (const { shard } of shards.owned()) shards.lose(shard);
    this.#signpost.stop();
    if (!failover.rule.leased) return this.#sendOn(why);
    lease.end();
    this.#signpost.pointAway();
    over(why);
  }

  /** It must not end and come back as another life, which would take it all by force. */
  #sendOn(why: string): void {
    const met = this.#neighbours.meet().then(() => this.#signpost.sendOn(why));
    met.catch((error: unknown) => this.#health.trouble(error));
  }

  async #handOver(to: NodeLife, addresses: readonly string[]): Promise<void> {
    const { whereabouts, drain, shards, over, lease } = this.#around;
    this.#phase = 'leaving';
    whereabouts.isElsewhere(addresses);
    await drain();
    const isLeaving = (): boolean => this.#phase === 'leaving';
    const given = await this.#switching.untilDone(() => shards.give(to), isLeaving);
    if (!given || !isLeaving()) return;
    this.#phase = 'over';
    lease.end();
    over(`${to.node} follows, as planned`);
  }
}
