/** A rule broken on purpose, and how a method of the product is replaced for as long as a run. */
import type { WorldOptions } from '../world.ts';

export type Spoiling = Omit<WorldOptions, 'seed' | 'verbose'>;

export interface Mutant extends Spoiling {
  /** The rule that is broken. */
  readonly rule: string;
  /** The promise whose checker must notice. */
  readonly breaks: string;
  /** The first seed that is played; those before it do not notice. Absent: 1. */
  readonly from?: number;
}

/** Breaks something; answers how to mend it. */
export type Sabotage = () => () => void;

type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R
  ? (this: T, ...args: A) => R
  : never;

/** Replaces a public method in all objects of a class. */
export function replacing<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: Method<T, K>) => Method<T, K>,
): Sabotage {
  return () => {
    const original = prototype[name];
    prototype[name] = make(original as Method<T, K>) as T[K];
    return () => {
      prototype[name] = original;
    };
  };
}

export function together(...sabotages: readonly Sabotage[]): Sabotage {
  return () => {
    const mend = sabotages.map((sabotage) => sabotage());
    return () => {
      for (const one of mend.toReversed()) one();
    };
  };
}
