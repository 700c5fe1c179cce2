/**
 * Sets every byte of every short input to every value of ASCII and some others, one at a time: what
 * one byte decides is found surely, where chance would need luck. The shortest inputs come first,
 * for they take few steps; of equally long ones the newest, so that what a step leads to is
 * followed at once.
 */
import type { Candidate } from './candidate.ts';
import type { Binding } from './decode.ts';

/** A longer input is left to chance: it would take too many steps. */
const SWEPT_BYTES_MAX = 256;

/** Beyond ASCII a few stand for all: in UTF-8, in lengths of several octets, in numbers. */
const HIGH = [0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff];
const LOW = Array.from({ length: 0x7f }, (_, value) => value);
const OCTETS = [...LOW, ...HIGH];
/** In JSON the control characters are alike too. */
const TEXT = [0x00, 0x0a, ...LOW.slice(0x20), ...HIGH];

interface Place {
  readonly candidate: Candidate;
  /** The byte whose turn it is. */
  at: number;
}

export class Sweep {
  readonly #values: readonly number[];
  #places: Place[] = [];
  #current: Place | undefined;
  /** How many values the current byte has had. */
  #tried = 0;

  constructor(binding: Binding) {
    this.#values = binding === 'json' ? TEXT : OCTETS;
  }

  add(candidate: Candidate): void {
    const { length } = candidate.bytes;
    if (length > 0 && length <= SWEPT_BYTES_MAX) this.#places.push({ candidate, at: 0 });
  }

  /** Undefined if everything is swept. */
  next(): Candidate | undefined {
    if (this.#tried === this.#values.length) this.#advance();
    this.#current ??= this.#shortest();
    if (this.#current === undefined) return undefined;
    const { candidate, at } = this.#current;
    const bytes = Buffer.from(candidate.bytes);
    bytes[at] = this.#values[this.#tried]!;
    this.#tried += 1;
    return { ...candidate, bytes };
  }

  #advance(): void {
    const place = this.#current!;
    place.at += 1;
    this.#tried = 0;
    this.#current = undefined;
    if (place.at < place.candidate.bytes.length) return;
    this.#places = this.#places.filter((other) => other !== place);
  }

  #shortest(): Place | undefined {
    const lengthOf = (place: Place) => place.candidate.bytes.length;
    const newestFirst = this.#places.toReversed();
    return newestFirst.reduce<Place | undefined>(
      (least, place) => (least === undefined || lengthOf(place) < lengthOf(least) ? place : least),
      undefined,
    );
  }
}
