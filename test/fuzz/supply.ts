/** Where the guided search gets its next input from. */
import { firstCandidates, vary, type Candidate } from './candidate.ts';
import { Chance, seedOf } from './chance.ts';
import { loadCorpus } from './corpus.ts';
import type { Binding } from './decode.ts';
import { Sweep } from './sweep.ts';

/** Half of the parents are taken from the newest, for these led somewhere last. */
const NEWEST = 32;

const CORPORA = { client: loadCorpus('client'), server: loadCorpus('server') };

/** First the vectors as they are; then by turns a step of the sweep, and a change at chance. */
export class Supply {
  /** What is varied: the vectors, and what was kept. */
  readonly corpus: Candidate[];
  readonly #first: readonly Candidate[];
  readonly #binding: Binding;
  readonly #chance: Chance;
  readonly #sweep: Sweep;
  #given = 0;

  constructor(binding: Binding, seed: number) {
    this.#first = firstCandidates(binding, CORPORA);
    this.corpus = [...this.#first];
    this.#binding = binding;
    this.#chance = new Chance(seedOf(seed, 0));
    this.#sweep = new Sweep(binding);
  }

  next(): Candidate {
    const index = this.#given;
    this.#given += 1;
    if (index < this.#first.length) return this.#first[index]!;
    const swept = index % 2 === 0 ? this.#sweep.next() : undefined;
    return swept ?? vary(this.#parent(), this.#any(), this.#binding, this.#chance);
  }

  /** The candidate given last was worth it. */
  keep(candidate: Candidate): void {
    this.#sweep.add(candidate);
    if (this.#given > this.#first.length) this.corpus.push(candidate);
  }

  #any(): Candidate {
    return this.#chance.oneOf(this.corpus);
  }

  #parent(): Candidate {
    if (this.#chance.onceIn(2)) return this.#any();
    const newest = this.#chance.below(Math.min(NEWEST, this.corpus.length));
    return this.corpus[this.corpus.length - 1 - newest]!;
  }
}
