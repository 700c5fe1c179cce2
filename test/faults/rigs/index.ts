/** All rigs, the cheapest first. */
import type { FaultRig } from '../fault-rig.ts';
import { fullDisk } from './full-disk.ts';
import { databaseCrash } from './database-crash.ts';
import { databaseFull } from './database-full.ts';
import { databaseNetwork } from './database-network.ts';
import { databasePower } from './database-power.ts';
import { kill } from './kill.ts';
import { killPostgres } from './kill-postgres.ts';
import { network } from './network.ts';
import { pause } from './pause.ts';
import { powerCut } from './power-cut.ts';
import { diskError } from './disk-error.ts';

export const RIGS: readonly FaultRig[] = [
  kill,
  powerCut,
  pause,
  fullDisk,
  diskError,
  network,
  killPostgres,
  databaseCrash,
  databaseFull,
  databasePower,
  databaseNetwork,
];
