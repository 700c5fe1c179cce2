/** The rigs with several nodes, the cheapest first. */
import type { FaultRig } from '../fault-rig.ts';
import { crowdReturn } from './crowd-return.ts';
import { cuts } from './cuts.ts';
import { hangActive } from './hang-active.ts';
import { killActive, killActivePostgres } from './kill-active.ts';
import { namespaces } from './namespaces.ts';
import { planned } from './planned.ts';
import { shortStalls } from './short-stalls.ts';

export const FAILOVER_RIGS: readonly FaultRig[] = [
  shortStalls,
  planned,
  hangActive,
  crowdReturn,
  cuts,
  namespaces,
  killActive,
  killActivePostgres,
];
