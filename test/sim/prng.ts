/**
 * The simulator's only source of chance: xoshiro128** (Blackman and Vigna, public domain
 * algorithm), seeded through splitmix32. The same seed gives the same draws on every machine.
 */
import type { Random } from 'im-kernel/contract';

/** splitmix32: spreads any whole number over 32 bits; returns the next state's mix. */
function splitmix(state: { value: number }): number {
  state.value = (state.value + 0x9e3779b9) | 0;
  let mixed = state.value ^ (state.value >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

export class Prng implements Random {
  readonly #s: [number, number, number, number];

  constructor(seed: number) {
    const state = { value: seed | 0 };
    this.#s = [splitmix(state), splitmix(state), splitmix(state), splitmix(state)];
  }

  /** 32 random bits, unsigned. */
  bits(): number {
    const s = this.#s;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.bits() & 0xff);
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Exponentially distributed, never above ten means. */
  exponential(mean: number): number {
    return Math.min(-Math.log(1 - this.next()) * mean, mean * 10);
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)] as T;
  }

  /** Each item with this probability, at least one if `list` is not empty. */
  some<T>(list: readonly T[], probability: number): readonly T[] {
    const chosen = list.filter(() => this.chance(probability));
    return chosen.length > 0 || list.length === 0 ? chosen : [this.pick(list)];
  }

  /** A generator of its own, so that draws in one place do not shift those in another. */
  fork(): Prng {
    return new Prng(this.bits());
  }
}
