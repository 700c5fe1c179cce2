/** All rigs, the cheapest first. */
import type { FaultRig } from '../fault-rig.ts';
import { fullDisk } from './full-disk.ts';
import { kill } from './kill.ts';
import { network } from './network.ts';
import { pause } from './pause.ts';
import { powerCut } from './power-cut.ts';
import { diskError } from './disk-error.ts';

export const RIGS: readonly FaultRig[] = [kill, powerCut, pause, fullDisk, diskError, network];
