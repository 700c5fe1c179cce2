/**
 * What an operator sees of a cluster, and does to it, through the store that its nodes share:
 * nothing here needs a node that answers.
 */
import {
  ImError,
  type Clock,
  type NodeLife,
  type OwnershipRecord,
  type Persistence,
  type Register,
  type Registry,
} from '../contract/index.ts';
import { clusterProblems, fits } from '../cluster/cluster-problems.ts';
import { activeOf, epochOf } from '../cluster/cluster-view.ts';
import { CARD_BEATS } from '../cluster/neighbours.ts';
import { parseCard, type NodeCard } from '../cluster/node-card.ts';
import {
  noteTakeover,
  parseTakeovers,
  TAKEOVERS_KEY,
  type Serving,
  type TakeoverNote,
} from '../cluster/takeover-log.ts';
import { readSwitchover, underWay, type Switchover } from '../cluster/switchover.ts';
import { returningOf, type Returning } from './returning.ts';

export interface NodeStatus extends NodeLife {
  /** active: it owns shards. gone, over: it has ended, or its lease has. */
  readonly state: 'active' | 'standby' | 'leaving' | 'over' | 'gone';
  /** It could follow, as the active node sees it. */
  readonly ready: boolean;
  readonly leaseLeftMs: number;
  readonly shards: number;
  /** What it told of itself last; undefined: nothing. */
  readonly card: NodeCard | undefined;
}

export interface ClusterStatus {
  /** The highest of the shards'. */
  readonly epoch: number;
  /** The name of the node that owns the shards and lives; undefined: nobody serves. */
  readonly active: string | undefined;
  /** The name of the node that owns or owned the shards; undefined: nobody ever did. */
  readonly last: string | undefined;
  readonly nodes: readonly NodeStatus[];
  readonly shards: number;
  /** The store's wall clock, ms. */
  readonly now: number;
  /** The last planned change of the owner; undefined: there was none. */
  readonly switchover: Switchover | undefined;
  /** The last changes of the owner, newest first. */
  readonly takeovers: readonly TakeoverNote[];
  /** It handed over as planned, and is not there again; absent: nobody. */
  readonly returning?: Returning;
  /** What is wrong between the nodes that are there, and what could not be looked at. */
  readonly problems: readonly ClusterProblem[];
}

export interface ClusterProblem {
  /** Who sees it: the active node, or else the first; undefined: whoever looks just now. */
  readonly by: string | undefined;
  readonly code: string;
  readonly message: string;
  /** What to do. */
  readonly act: string;
}

interface Surroundings {
  readonly persistence: Persistence;
  readonly register: Register;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Of the nodes. */
  readonly beatMs: number;
}

export interface Change {
  readonly to: string;
  /** The epoch that the operator saw: under another, nothing is done. */
  readonly expectEpoch: number;
}

/** A card has no room for more than the code. */
const IN_HEALTH = { message: 'in its health', act: 'Its log says why, and what to do.' };
/** The old owner has handed over, or is about to. */
const PLANNED: readonly Switchover['phase'][] = ['moving', 'done'];
/** How often the state of a change is looked at, ms. */
const LOOK_MS = 50;

export class Operator {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  async status(): Promise<ClusterStatus> {
    const { persistence, register } = this.#around;
    const record = await persistence.ownership.look();
    const { cards, problems } = await this.#told();
    const { now: switchover } = await readSwitchover(register);
    const takeovers = parseTakeovers(await register.read(TAKEOVERS_KEY));
    const active = activeOf(record)?.node;
    const told = active === undefined ? undefined : cards.get(active);
    for (const [name, card] of cards) {
      if (told && !fits(told, card)) cards.set(name, { ...card, ready: false });
    }
    const nodes = record.nodes.map((one) => nodeStatus(one, record, cards.get(one.node)));
    const names = nodes.map(({ node }) => node);
    const returning = returningOf(takeovers, names, record.now);
    return {
      epoch: epochOf(record),
      active,
      last: record.shards.find(({ owner }) => owner)?.owner?.node,
      nodes,
      shards: record.shards.length,
      now: record.now,
      switchover,
      takeovers,
      ...(returning && { returning }),
      problems: [...problems, ...problemsOf(nodes, active, CARD_BEATS * this.#around.beatMs)],
    };
  }

  /**
   * Lets another node follow the owner: the owner answers what it owes, hands over, and sends its
   * clients on. Resolves when it is done; rejects with IM_CLUSTER_EPOCH, or IM_SWITCHOVER_REFUSED
   * with the reason, or as the store does. Before `onAsk` is called, nothing is written.
   */
  async switchover(
    { to, expectEpoch }: Change,
    limitMs: number,
    onAsk?: () => void,
  ): Promise<void> {
    const { register, clock } = this.#around;
    const { epoch } = await this.#expected(expectEpoch);
    const reading = await readSwitchover(register);
    if (underWay(reading.now, epoch)) throw refused(to, 'another change is under way');
    const asked = { to, epoch, phase: 'asked', by: 'an operator', at: clock.now() } as const;
    onAsk?.();
    if (!(await reading.move(asked))) throw refused(to, 'another change was asked for just now');
    const begunMs = clock.monotonic();
    for (;;) {
      const look = await readSwitchover(register);
      const { now } = look;
      if (!now || !isSame(now, asked)) throw refused(to, replacedBy(now));
      if (now.phase === 'refused') throw refused(to, now.why ?? 'no reason is given');
      if (now.phase === 'done') return;
      if (clock.monotonic() - begunMs > limitMs) {
        const why = 'nobody moved it on in time';
        if (await look.move({ ...now, phase: 'refused', why })) throw refused(to, why);
      }
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
  }

  /**
   * Gives everything to a node that waits, without asking the owner: for an owner that is no more.
   * While its lease runs, only by force. Rejects with IM_CLUSTER_EPOCH or IM_SWITCHOVER_REFUSED, or
   * as the store does. Before `onAsk` is called, nothing is written.
   */
  async takeover({ to, expectEpoch }: Change, force: boolean, onAsk?: () => void): Promise<void> {
    const { persistence } = this.#around;
    const { record } = await this.#expected(expectEpoch);
    const living = record.nodes.find(({ node }) => node === to);
    if (!living || living.gone || living.leaseLeftMs <= 0) throw refused(to, 'it is not there');
    const takes = record.shards.map(({ shard, epoch }) => ({ shard, epoch }));
    const life = { node: living.node, life: living.life };
    onAsk?.();
    const after = await persistence.ownership.take(life, takes, force);
    if (after.every(({ owner }) => owner?.life === life.life)) {
      const epoch = Math.max(...after.map((one) => one.epoch));
      return this.#note({ epoch, node: to, kind: 'takeover', at: this.#around.clock.now() });
    }
    throw refused(to, 'the lease of the owner runs; --force takes it all the same');
  }

  /** Records that a node has taken the shards and takes commands, and how that came about. */
  async served(node: string, { from, ...rest }: Serving): Promise<void> {
    const isNothing = { now: undefined };
    const { now } = await readSwitchover(this.#around.register).catch(() => isNothing);
    // One that was done long ago says nothing of a later change to the same node.
    const isNext = now?.to === node && now.epoch + 1 === rest.epoch;
    const isPlanned = isNext && PLANNED.includes(now.phase);
    const isOwn = from === undefined || from.node === node;
    const kind = isOwn ? 'start' : isPlanned ? 'switchover' : 'failover';
    await this.#note({ ...rest, node, kind, ...(from && { from: from.node }) });
  }

  /** Nothing hangs on it: a store that is away has other troubles. */
  async #note(note: TakeoverNote): Promise<void> {
    await noteTakeover(this.#around.register, note).catch(() => false);
  }

  /** By name; without the registry, nothing, and why. */
  async #told(): Promise<{
    readonly cards: Map<string, NodeCard>;
    readonly problems: readonly ClusterProblem[];
  }> {
    const cards = new Map<string, NodeCard>();
    try {
      for (const one of await this.#around.registry.list()) {
        const card = parseCard(one.card);
        if (card?.node === one.node) cards.set(one.node, card);
      }
      return { cards, problems: [] };
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      const { code, message, act } = error;
      return { cards, problems: [{ by: undefined, code, message, act }] };
    }
  }

  async #expected(epoch: number): Promise<{ record: OwnershipRecord; epoch: number }> {
    const record = await this.#around.persistence.ownership.look();
    const now = epochOf(record);
    if (now !== epoch) throw new ImError('IM_CLUSTER_EPOCH', { now, expected: epoch });
    return { record, epoch };
  }
}

/** Two that are asked under one epoch follow each other, and differ in their time. */
function isSame(now: Switchover, { to, epoch, by, at }: Switchover): boolean {
  return now.to === to && now.epoch === epoch && now.by === by && now.at === at;
}

function replacedBy(now: Switchover | undefined): string {
  if (!now) return 'what was asked is not in the store any more';
  return `another change took its place: to ${now.to}, asked by ${now.by}`;
}

function refused(to: string, why: string): ImError {
  return new ImError('IM_SWITCHOVER_REFUSED', { to, why });
}

function nodeStatus(
  { node, life, leaseLeftMs, gone }: OwnershipRecord['nodes'][number],
  record: OwnershipRecord,
  told: NodeCard | undefined,
): NodeStatus {
  const card = told?.life === life ? told : undefined;
  const shards = record.shards.filter(({ owner }) => owner?.life === life).length;
  const ready = card?.ready === true && !gone && leaseLeftMs > 0;
  const lives = gone ? 'gone' : leaseLeftMs > 0 ? undefined : 'over';
  const state = lives ?? (shards > 0 ? 'active' : (card?.state ?? 'standby'));
  return { node, life, state, ready, leaseLeftMs: Math.round(leaseLeftMs), shards, card };
}

/** Of two that differ, the active node is taken to be right. */
function problemsOf(
  nodes: readonly NodeStatus[],
  active: string | undefined,
  agoMs: number,
): readonly ClusterProblem[] {
  const living = nodes.filter(({ state }) => state !== 'gone' && state !== 'over');
  const cards = living.flatMap(({ card }) => card ?? []);
  const own = cards.find(({ node }) => node === active) ?? cards[0];
  if (!own) return [];
  const between = clusterProblems(own, cards, agoMs).map(({ code, message, act }) => {
    return { by: own.node, code, message, act };
  });
  const known = new Set<string>(between.map(({ code }) => code));
  const told = cards.flatMap(({ node, problem }) => {
    return problem === undefined || known.has(problem)
      ? []
      : { ...IN_HEALTH, by: node, code: problem };
  });
  return [...between, ...told];
}
