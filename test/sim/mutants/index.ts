/** All mutants, by name. A checker that lets one of them live is the one that is broken. */
import { CLIENT_MUTANTS } from './client.ts';
import { CLUSTER_MUTANTS } from './cluster.ts';
import { EFFECTS_MUTANTS } from './effects.ts';
import type { Mutant, Spoiling } from './mutant.ts';
import { ORDER_MUTANTS } from './orders.ts';
import { SERVER_MUTANTS } from './server.ts';
import { STORE_MUTANTS } from './store.ts';

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...STORE_MUTANTS,
  ...SERVER_MUTANTS,
  ...CLIENT_MUTANTS,
  ...EFFECTS_MUTANTS,
  ...ORDER_MUTANTS,
  ...CLUSTER_MUTANTS,
};

/** @throws Error for a name that is none. */
export function mutantNamed(name: string | undefined): Spoiling {
  if (name === undefined) return {};
  const mutant = MUTANTS[name];
  if (mutant !== undefined) return mutant;
  throw new Error(`no mutant ${name}; there are ${Object.keys(MUTANTS).join(', ')}`);
}
