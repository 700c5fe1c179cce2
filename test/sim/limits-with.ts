import { LIMITS, type Limits } from '../../core/config/limits.ts';

/** The limits as they are without a configuration, with these changes. */
export function limitsWith(changes: Partial<Limits>): Limits {
  const fallbacks = Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]);
  return { ...(Object.fromEntries(fallbacks) as Limits), ...changes };
}
