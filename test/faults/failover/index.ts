/** The rigs with several nodes, the cheapest first. */
import type { FaultRig } from '../fault-rig.ts';
import { killActive } from './kill-active.ts';

export const FAILOVER_RIGS: readonly FaultRig[] = [killActive];
