/**
 * What tells the others that a node lives, as a part of it: the watch over its loop, and the beats
 * over links where the file has them.
 */
import type { BeatState } from '../cluster/heart/beat-frame.ts';
import type { HeartEnd, HeartNews, LinkTrouble } from '../cluster/heart/heart-end.ts';
import { LoopWatch, OwnMoves } from '../cluster/heart/loop-watch.ts';
import type { NodeCard } from '../cluster/node-card.ts';
import {
  ImError,
  type Clock,
  type Component,
  type Counter,
  type Health,
  type Log,
  type Metrics,
} from '../contract/index.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly beatMs: number;
  readonly leaseMs: number;
  /** Undefined: the others learn of this node by the store alone. */
  readonly make: (tell: (news: HeartNews) => void) => HeartEnd | undefined;
  readonly report: (health: Health) => void;
  /** These are suspect now, and no others. */
  readonly suspect: (names: ReadonlySet<string>) => void;
  readonly look: () => void;
}

export class HeartPart implements Component {
  readonly #around: Surroundings;
  readonly #heart: HeartEnd | undefined;
  readonly #watch: LoopWatch;
  readonly #refused: Counter;
  #links = 0;
  #suspects: readonly string[] = [];
  #told = '';
  /** Where the others hear this node, once it is started. */
  address: string | undefined;

  constructor(around: Surroundings) {
    const { clock, metrics, beatMs, leaseMs, make } = around;
    this.#around = around;
    this.#heart = make((news) => this.#hear(news));
    const moves = this.#heart?.moves ?? new OwnMoves(clock);
    this.#watch = new LoopWatch({ clock, moves, beatMs, lateMs: leaseMs / 2 });
    const help = 'Links between nodes that were refused, here or there.';
    this.#refused = metrics.counter('im_link_refused_total', help);
    metrics.gauge('im_links', 'Links with other nodes that are open.', () => this.#links);
    metrics.gauge('im_suspects', 'Nodes that this one suspects.', () => this.#suspects.length);
    const late = 'How late the loop was at most within the last beats, as other nodes are told.';
    metrics.gauge('im_loop_delay_ms', late, () => this.loopDelayMs);
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#watch.start();
    if (!this.#heart) return;
    this.address = await this.#heart.start(signal).catch((error: unknown) => {
      throw named(error);
    });
    this.#around.log.info('the node beats over links', { address: this.address });
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#heart?.stop();
  }

  get loopDelayMs(): number {
    return this.#watch.delayMs;
  }

  /** False: its loop stood for more than half a lease, not long ago. */
  get steady(): boolean {
    return this.#watch.steady;
  }

  /** `self`: the node's own name; the others are watched and connected to. */
  know(self: string, cards: ReadonlyMap<string, NodeCard>): void {
    const peers = [...cards.values()].flatMap(({ node, life, link }) => {
      return node === self || link === undefined ? [] : [{ node, life, link }];
    });
    this.#heart?.know(peers);
  }

  turn(state: BeatState): void {
    this.#heart?.turn(state);
  }

  #hear({ suspects, look, refused, links, trouble }: HeartNews): void {
    const { suspect, look: lookNow } = this.#around;
    const changed = suspects.join(' ') !== this.#suspects.join(' ');
    this.#links = links;
    this.#suspects = suspects;
    if (refused > 0) this.#refused.add(refused);
    if (changed) suspect(new Set(suspects));
    else if (look) lookNow();
    this.#tell(trouble);
  }

  /** Each trouble is told once: what a link says of itself may differ from try to try. */
  #tell(trouble: LinkTrouble | undefined): void {
    const told = trouble ? `${trouble.code} ${trouble.details['peer']}` : '';
    if (told === this.#told) return;
    this.#told = told;
    const error = trouble && new ImError(trouble.code, trouble.details);
    this.#around.report(
      error ? { state: 'degraded', why: error.message, error } : { state: 'running' },
    );
  }
}

/** Why it does not listen, with the setting that is to blame. */
function named(error: unknown): unknown {
  if (!(error instanceof ImError)) return error;
  const setting = error.code === 'IM_LINK_SECRET' ? 'cluster.secretFile' : 'cluster.link';
  return new ImError(error.code, { ...error.details, setting }, { cause: error.cause });
}
