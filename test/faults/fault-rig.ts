/** What a rig is: a fault done to real processes, and a control that the judges must notice. */
import type { History, Violation } from '../sim/history.ts';
import type { Ground } from './ground.ts';

/** One change of the owner, as the clients had it. */
export interface Takeover {
  /** From the fault to the first ACCEPTED of the new owner, ms. */
  readonly answeredMs: number;
  /** The longest time around it in which nobody was answered, ms. */
  readonly pauseMs: number;
  /** The longest time around it in which some client heard nothing, ms. */
  readonly silenceMs: number;
  /** Commands that were under way. */
  readonly inFlight: number;
}

/** What came of a run. */
export interface Findings {
  /** Answers ACCEPTED, repeats too. */
  readonly accepted: number;
  /** Answers to repeats: commands that were under way when something broke. */
  readonly repeated: number;
  readonly violations: readonly Violation[];
  readonly history: History;
  /** Of rigs with several nodes. */
  readonly takeovers?: readonly Takeover[];
  /** Draws the first of them, as SVG. */
  readonly picture?: () => string;
}

export interface FaultRig {
  readonly name: string;
  /** How often its fault is done: in the short form, and in the long one. */
  readonly rounds: { readonly quick: number; readonly full: number };
  /** What this machine lacks for it; undefined: nothing. It may try in `folder`. */
  readonly missing: (folder: string) => string | undefined;
  readonly play: (ground: Ground, rounds: number) => Promise<Findings>;
  /** The same with a rule broken on purpose: it must violate the promise `breaks`. */
  readonly control: {
    readonly what: string;
    readonly breaks: string;
    readonly play: (ground: Ground) => Promise<Findings>;
  };
}

/** Evenly spread and repeatable (multiples of the golden ratio), from 0 up to `end`. */
export function spread(round: number, end: number): number {
  return Math.floor(((round * 0.618_033_988_75) % 1) * end);
}

/** Every so many rounds, the recovery from a crash crashes too. */
export const RECOVERY_CRASHES_EVERY = 3;

/** Anywhere in a start, from loading the code to listening. */
export function recoveryMs(round: number): number {
  return 150 + spread(round, 700);
}
