/** What the program needs of the world, so that a test can stand in for it. */
import type { AdminClient, Target } from '../../core/admin/client/admin-client.ts';

/** One node's admin API. */
export type Admin = Pick<AdminClient, 'ask' | 'watch'>;

export interface Surroundings {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Calls back once; what it returns cancels. */
  readonly after: (delayMs: number, call: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly connect: (target: Target) => Admin;
}
