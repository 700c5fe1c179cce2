/** A node: its parts in their ranks, its life from start to stop. */
import type { Standing } from '../admin/ready.ts';
import { ImError, reasonOf } from '../contract/index.ts';
import type { Inside } from '../admin/desk/inside.ts';
import type { Serving } from '../cluster/takeover-log.ts';
import type { Cancel, Component, NodeLife } from '../contract/index.ts';
import type { PartHealth } from '../kernel/health.ts';
import type { MetricsRegistry } from '../kernel/metrics.ts';
import type { State } from '../kernel/lifecycle.ts';
import type { FailedListener } from '../kernel/supervisor.ts';
import { settledWithin } from '../kernel/within.ts';
import type { DeadLetterPage } from '../path/dead-letters.ts';
import type { Trace, TraceKey } from '../path/trace/trace.ts';
import type { OrderingRule } from '../wire/frames.ts';
import type { Parts } from './node-parts.ts';
import { pathPart } from './path-part.ts';
import { rankOf, RANKS, type Rank } from './ranks.ts';
import type { Reload } from './reload/reload.ts';

/**
 * What a node starts, one set after the other. First what it has whatever it is: guards and
 * consumers too, so that a backup that could not serve says so at once. Then what clients meet, who
 * wait until it is clear who serves: a port that is not to be had ends the start before anything is
 * owned. Then its place among the others, and what only an owner has.
 */
const MEETING = ranksOf('gateway', 'transports');
const JOINING = ranksOf('cluster');
const SERVING = ranksOf('ordering', 'path', 'retention');
const STANDING = ranksOf(
  ...RANKS.filter((name) => ![MEETING, JOINING, SERVING].some((set) => set.has(rankOf(name)))),
);

function ranksOf(...names: readonly Rank[]): ReadonlySet<number> {
  return new Set(names.map(rankOf));
}

const MOVING: ReadonlySet<State> = new Set(['starting', 'stopping', 'failed']);

export class Node {
  readonly name: string;
  readonly metrics: MetricsRegistry;
  readonly reload: Reload;
  readonly #parts: Parts;
  readonly #listeners = new Set<FailedListener>();
  #broken = false;
  /** It owns the shards, and where it has them from. */
  #owns: (Omit<Serving, 'epoch' | 'openMs'> & { readonly sinceMs: number }) | undefined;
  #serving: Promise<void> | undefined;
  #joined = false;
  #isOver = false;
  readonly #servingListeners = new Set<(serving: Serving) => void>();
  readonly #overListeners = new Set<(why: string) => void>();
  #stopping: Promise<readonly ImError[]> | undefined;

  constructor(parts: Parts) {
    this.name = parts.name;
    this.metrics = parts.metrics;
    this.reload = parts.reload;
    this.#parts = parts;
    const { supervisor, components, heart, orderings, cache } = parts;
    const { crew, retention, gateway, transports } = parts;
    const add = (name: string, rank: Rank, component: Component): void =>
      supervisor.add({ name, rank: rankOf(rank), component });
    for (const [role, component] of Object.entries(components)) add(role, role as Rank, component);
    if (heart) add('heart', 'heart', heart);
    for (const { name, component } of orderings) add(name, 'ordering', component);
    if (cache) add('answers', 'answers', cache);
    add('authentication', 'authentication', crew.authentication.component);
    for (const { as, component } of crew.guards) add(as.name, 'guards', component);
    for (const { as, component } of crew.consumers) add(as.name, 'consumers', component);
    add(
      'path',
      'path',
      pathPart(parts, () => this.#owns?.from),
    );
    if (retention) add('retention', 'retention', retention);
    if (gateway) add('gateway', 'gateway', gateway);
    for (const { name, component } of transports) add(name, 'transports', component);
    supervisor.onFailed((name, why) => this.#tell(name, why));
    parts.shards.onLost = (shard) => {
      if (parts.membership?.fenced(shard) === true) return;
      const error = new ImError('IM_SHARD_TAKEN', { shard });
      supervisor.report('path', { state: 'degraded', why: error.message, error });
    };
    this.#watch();
  }

  /**
   * Starts every part, but what only an owner has as long as it is none; or rolls back and rejects
   * with the culprit's name.
   */
  async start(): Promise<void> {
    const { supervisor } = this.#parts;
    await supervisor.start(STANDING);
    await supervisor.start(MEETING);
    await supervisor.start(JOINING);
    this.#joined = true;
    if (this.#owns) await this.#serve();
  }

  /** The shards are this node's from now on. */
  serve(from: NodeLife | undefined): void {
    const { clock } = this.#parts;
    this.#owns = { from, at: clock.now(), sinceMs: clock.monotonic() };
    if (!this.#joined) return;
    this.#serve().catch((error: unknown) => {
      // A stop ends a start that is under way, and is no failure.
      if (this.#stopping) return;
      this.#parts.log.error(reasonOf(error), codeOf(error));
      this.#tell('path', reasonOf(error));
    });
  }

  /**
   * Takes in nothing more, answers what it owes, sends everybody to where they are served, and ends
   * its consumers: the next owner's go on where they are then.
   */
  async drain(): Promise<void> {
    const { door, lanes, progress, effects, clock, limits, whereabouts } = this.#parts;
    door.close(whereabouts.moved('another node follows', door.size));
    const work = lanes.whenIdle().then(() => Promise.all([progress.flush(), effects.stop()]));
    await settledWithin(clock, limits.drainTimeout, work);
  }

  /** Nothing is this node's any more: who is still here is sent on, and the node should stop. */
  over(why: string): void {
    const { door, whereabouts, shards, log } = this.#parts;
    log.warn('this node owns nothing any more', { why });
    shards.end();
    this.#broken = true;
    this.#isOver = true;
    door.turnAway(whereabouts.moved(why, door.size));
    for (const listener of this.#overListeners) listener(why);
  }

  /** `listener` hears that the node should be stopped, and may come back as another life. */
  onOver(listener: (why: string) => void): Cancel {
    this.#overListeners.add(listener);
    return () => void this.#overListeners.delete(listener);
  }

  /** `listener` hears when it takes commands, having taken the shards. */
  onServing(listener: (serving: Serving) => void): Cancel {
    this.#servingListeners.add(listener);
    return () => void this.#servingListeners.delete(listener);
  }

  /**
   * Stops in order: no new connections, the lanes finished and answered, sessions told, progress
   * kept, then every part in reverse. Resolves to what went wrong; twice is the same as once.
   */
  stop(): Promise<readonly ImError[]> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Where clients connect, with the real ports. */
  get addresses(): readonly string[] {
    return this.#parts.transports.flatMap(({ component }) => component.addresses);
  }

  /** Where clients ask which server is theirs. */
  get gateways(): readonly string[] {
    return this.#parts.gateway?.addresses ?? [];
  }

  /** What may be seen of it, and steered, while it lives. */
  get inside(): Inside {
    const { components, shards, lanes, conversations, directory, membership } = this.#parts;
    const { life, kinds: orderings, operator, tracing, effects } = this.#parts;
    const core = { shards, lanes, conversations, directory, orderings, tracing, effects };
    return { life, persistence: components.persistence, ...core, membership, operator };
  }

  states(): readonly PartHealth[] {
    return this.#parts.supervisor.states();
  }

  /** Its place among others; undefined: it is alone. */
  get standing(): Standing | undefined {
    const { membership } = this.#parts;
    return membership && { phase: membership.phase, silent: membership.silent !== undefined };
  }

  /** Why no part of it can be exchanged now; undefined: each can. */
  get unsettled(): string | undefined {
    if (this.#stopping) return 'the node stops';
    if (!this.#joined) return 'the node has not started';
    const moving = this.states().find(({ state }) => MOVING.has(state));
    return moving && `${moving.name} is ${moving.state}`;
  }

  /** `listener` hears of a part that failed while it ran: the node should be stopped. */
  onFailed(listener: FailedListener): Cancel {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What a consumer could not take, page by page; undefined: no consumer of that name. */
  deadLetters(
    consumer: string,
    after: string | undefined,
    limit: number,
  ): Promise<DeadLetterPage | undefined> {
    return this.#parts.effects.deadLetters(consumer, after, limit);
  }

  /** What this node knows of the life of one message; see Tracing. */
  traceOf(key: TraceKey): Promise<Trace> {
    return this.#parts.tracing.traceOf(key);
  }

  /** The path met what must not be: nothing more is answered. */
  broken(why: string): void {
    this.#broken = true;
    this.#tell('path', why);
  }

  /** Tells every client the ordering that holds from now on. */
  announce(ordering: readonly OrderingRule[]): void {
    for (const session of this.#parts.directory.sessions) {
      if (session.live) session.output.write({ type: 'ordering', ordering });
    }
  }

  #tell(name: string, why: string): void {
    for (const listener of this.#listeners) listener(name, why);
  }

  #serve(): Promise<void> {
    const { supervisor, whereabouts } = this.#parts;
    this.#serving ??= supervisor.start(SERVING).then(() => {
      whereabouts.isHere();
      this.#tellServing();
    });
    return this.#serving;
  }

  #tellServing(): void {
    const { clock, shards } = this.#parts;
    const epoch = shards.owned()[0]?.epoch;
    if (!this.#owns || epoch === undefined) return;
    const { from, at, sinceMs } = this.#owns;
    const openMs = Math.round(clock.monotonic() - sinceMs);
    for (const listener of this.#servingListeners) listener({ from, epoch, at, openMs });
  }

  async #stop(): Promise<readonly ImError[]> {
    const { supervisor, membership, clock, limits } = this.#parts;
    if (membership && !this.#broken) {
      // A store that says nothing must not keep it from stopping.
      const yielded = membership.yieldTo(limits.drainTimeout);
      await settledWithin(clock, limits.drainTimeout, yielded);
    }
    const running = this.states().some(
      ({ name, state }) => name === 'path' && (state === 'running' || state === 'degraded'),
    );
    const errors = running ? await this.#leave() : [];
    const stopped = await supervisor.stop();
    this.#parts.wheel.stop();
    return [...errors, ...stopped];
  }

  /** Finishes what was begun, within `drainTimeout`. */
  async #leave(): Promise<readonly ImError[]> {
    const { transports, door, lanes, progress, clock, limits, log } = this.#parts;
    await Promise.allSettled(transports.map(({ component }) => component.stopAccepting()));
    door.close();
    const settled = this.#broken ? Promise.resolve() : lanes.whenIdle();
    const work = settled
      .then(() => (this.#broken && !this.#isOver ? undefined : door.whenEmpty()))
      .then(() => (this.#broken ? undefined : progress.flush()));
    const inTime = await settledWithin(clock, limits.drainTimeout, work);
    door.clear();
    if (inTime) return [];
    log.warn('not everybody left in time; they were dropped', { sessions: door.size });
    return [];
  }

  /** What is bounded, as gauges: read when somebody looks. */
  #watch(): void {
    const { metrics, directory, lanes, progress, conversations, recorder } = this.#parts;
    metrics.gauge('im_sessions', 'Connections here now.', () => directory.sessions.size);
    metrics.gauge('im_sessions_welcomed', 'Of these, welcomed.', () => directory.welcomed);
    metrics.gauge('im_lane_queue', 'Commands waiting in lanes.', () => lanes.length);
    metrics.gauge('im_progress_pending', 'Cursors and marks not kept.', () => progress.pending);
    metrics.gauge('im_conversations', 'Conversations in memory.', () => conversations.size);
    metrics.gauge('im_tail_bytes', 'Recent entries in memory.', () => conversations.tailBytes);
    const { commands, hops } = recorder;
    metrics.gauge('im_trace_commands', 'Commands that `im trace` knows.', () => commands.size);
    metrics.gauge('im_trace_hops', 'What it knows that followed.', () => hops.size);
  }
}

function codeOf(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof ImError ? { code: error.code, act: error.act } : {};
}
