/**
 * Looks at a cluster without being of it: who owns what, and what the nodes tell. What was seen
 * last holds until something newer is seen.
 */
import {
  reasonOf,
  type Cancel,
  type Clock,
  type Component,
  type Health,
  type OwnershipRecord,
  type Persistence,
  type Registry,
} from '../../contract/index.ts';
import { parseCard, type NodeCard } from '../node-card.ts';
import { route, type GatewayView } from './route.ts';

export interface ClusterWatchSurroundings {
  readonly persistence: Persistence;
  readonly registry: Registry;
  readonly clock: Clock;
  /** How often it looks, ms. */
  readonly everyMs: number;
  readonly report: (health: Health) => void;
}

/** Between two looks while nobody is known to serve: clients wait for who does, ms. */
const HURRY_MS = 100;
const NOBODY: ReadonlySet<string> = new Set();

export class ClusterWatch implements Component {
  readonly #around: ClusterWatchSurroundings;
  #record: OwnershipRecord | undefined;
  #cards: ReadonlyMap<string, NodeCard> = new Map();
  #seenMs = -Infinity;
  #away: string | undefined;
  #told: string | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;
  #cancel: Cancel = () => undefined;

  constructor(around: ClusterWatchSurroundings) {
    this.#around = around;
  }

  /** The store may be away, then and later: questions are answered by what was seen. */
  async start(): Promise<void> {
    await this.#run();
  }

  /** A look that is under way ends with the store's own patience, or is left behind. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    const late = new Promise<void>((resolve) => {
      if (deadline.aborted) resolve();
      else deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#looking, late]);
  }

  view(): GatewayView {
    return {
      record: this.#record,
      cards: this.#cards,
      suspects: NOBODY,
      agoMs: this.#around.clock.monotonic() - this.#seenMs,
      stale: isStale(this.#around.clock.monotonic() - this.#seenMs, this.#around.everyMs),
    };
  }

  async #run(): Promise<void> {
    this.#looking = this.#look();
    await this.#looking;
    if (this.#stopped) return;
    const { clock, everyMs } = this.#around;
    const pauseMs = route(this.view()) ? everyMs : Math.min(everyMs, HURRY_MS);
    this.#cancel = clock.after(pauseMs, () => void this.#run());
  }

  async #look(): Promise<void> {
    const { persistence, registry, clock } = this.#around;
    // A look that takes long shows how all stood when it began, at the latest.
    const askedMs = clock.monotonic();
    this.#away = undefined;
    await Promise.all([
      this.#tried(async () => {
        this.#record = await persistence.ownership.look();
        this.#seenMs = askedMs;
      }),
      this.#tried(async () => {
        const cards = new Map<string, NodeCard>();
        for (const { node, card } of await registry.list()) {
          const known = parseCard(card);
          if (known?.node === node) cards.set(node, known);
        }
        this.#cards = cards;
      }),
    ]);
    this.#tell();
  }

  /** Whatever goes wrong, what was seen before holds. */
  async #tried(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.#away ??= reasonOf(error);
    }
  }

  /** Once for each change. */
  #tell(): void {
    if (this.#away === this.#told) return;
    this.#told = this.#away;
    const why = this.#away;
    this.#around.report(why === undefined ? { state: 'running' } : { state: 'degraded', why });
  }
}

/**
 * After so many beats without a look, the last view may not hold. What an owner that beats has left
 * of its lease, three beats at least, is longer than this at every look.
 */
const STALE_BEATS = 2;

export function isStale(agoMs: number, beatMs: number): boolean {
  return agoMs > STALE_BEATS * beatMs;
}
