/** Tells the others of this node, and hears of them. */
import { ImError, reasonOf, type Clock, type Log, type Registry } from '../contract/index.ts';
import { clusterProblems, fits } from './cluster-problems.ts';
import { parseCard, printCard, type NodeCard } from './node-card.ts';

interface Surroundings {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
  readonly beatMs: number;
  /** This node's card as it would be told now. */
  readonly card: () => NodeCard;
  /** Hears of the cards that were read; see `cards`. */
  readonly met?: ((cards: ReadonlyMap<string, NodeCard>) => void) | undefined;
}

/** A card is listed for this many beats. */
export const CARD_BEATS = 5;

export class Neighbours {
  readonly #around: Surroundings;
  #cards: ReadonlyMap<string, NodeCard> = new Map();
  #problem: ImError | undefined;
  #told = new Set<string>();
  #meeting: Promise<void> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What each told last, by name, itself among them; one that does not fit is not ready. */
  get cards(): ReadonlyMap<string, NodeCard> {
    return this.#cards;
  }

  /** The first of what is wrong between this node and others. */
  get problem(): ImError | undefined {
    return this.#problem;
  }

  /**
   * Without the registry, what was heard last holds. It is waited for no longer than a beat, as
   * nothing that a node owns rests on it.
   */
  async meet(): Promise<void> {
    const { clock, beatMs } = this.#around;
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(beatMs, late.resolve);
    this.#meeting ??= this.#meet().finally(() => (this.#meeting = undefined));
    await Promise.race([this.#meeting, late.promise]).finally(cancel);
  }

  async #meet(): Promise<void> {
    const { registry, card, beatMs, log } = this.#around;
    const own = card();
    try {
      await registry.announce(own.node, printCard(own), CARD_BEATS * beatMs);
      const cards = new Map<string, NodeCard>();
      for (const one of await registry.list()) {
        const known = parseCard(one.card);
        if (known?.node !== one.node) continue;
        cards.set(one.node, fits(own, known) ? known : { ...known, ready: false });
      }
      this.#cards = cards;
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      log.debug('the registry is away', { why: reasonOf(error) });
      return;
    }
    this.#around.met?.(this.#cards);
    this.#look(own);
  }

  /** It is told no more; a registry that is away forgets it by itself. */
  async leave(node: string): Promise<void> {
    await this.#around.registry.withdraw(node).catch(() => undefined);
  }

  /** Each problem is logged when it comes. */
  #look(own: NodeCard): void {
    const { beatMs, log } = this.#around;
    const problems = clusterProblems(own, this.#cards.values(), CARD_BEATS * beatMs);
    for (const problem of problems) {
      const { message, code, act } = problem;
      if (!this.#told.has(keyOf(problem))) log.error(message, { code, act });
    }
    this.#told = new Set(problems.map((problem) => keyOf(problem)));
    this.#problem = problems[0];
  }
}

function keyOf({ code, details }: ImError): string {
  return `${code} ${details['node']}`;
}
