/** What a network does for a while, and how it is done to proxies. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Prng } from '../sim/prng.ts';
import { FINE_CLIMATE, type Climate, type FaultProxy } from './fault-proxy.ts';
import type { Weather } from './proxy-flow.ts';

export interface Trouble {
  readonly name: string;
  readonly forMs: number;
  /** All the time; default: fine. */
  readonly climate?: (prng: Prng) => Climate;
  /** Once, in the middle of it. */
  readonly blow?: (proxy: FaultProxy) => void;
}

export const FINE = FINE_CLIMATE.up;
export const STALLED: Weather = { ...FINE, stalls: true };

/** In slices, and late. */
export function slow(delayMs: number, prng: Prng): Weather {
  return { stalls: false, delayMs, pieceBytes: () => prng.between(1, 200) };
}

export async function strike(
  { climate, blow, forMs }: Trouble,
  proxies: readonly FaultProxy[],
  prng: Prng,
): Promise<void> {
  const chosen = climate?.(prng) ?? FINE_CLIMATE;
  for (const proxy of proxies) proxy.climate = chosen;
  await pause(forMs / 2);
  for (const proxy of proxies) blow?.(proxy);
  await pause(forMs / 2);
  for (const proxy of proxies) proxy.climate = FINE_CLIMATE;
}
