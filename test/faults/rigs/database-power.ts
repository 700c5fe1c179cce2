/**
 * The power of PostgreSQL's machine is cut under load, and sometimes once more in its recovery. By
 * turns the server has a machine of its own, and goes on, or goes with it.
 */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { CutDisk, missingCutDisk } from '../cut-disk.ts';
import {
  missingDatabase,
  onDatabase,
  type DatabaseParts,
  type FaultDatabase,
} from '../fault-database.ts';
import { RECOVERY_CRASHES_EVERY, spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';

const ANSWERS_MAX = 300;
const DISK_MIB = 256;
const STARTS_MS = 10_000;
/** From its first process to its first guest it takes about so long. */
const RECOVERY_MS = 400;

/** The lie: whoever commits an entry is told that it is synced, and that is not so. */
const LIE = `
  CREATE FUNCTION public.lie() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN NULL;
  END $$`;
const TELL = (table: string): string =>
  `CREATE TRIGGER lie AFTER INSERT OR UPDATE ON im.${table} EXECUTE FUNCTION public.lie()`;

async function onCutDatabase(
  ground: Ground,
  parts: DatabaseParts,
  play: (stage: Stage, database: FaultDatabase, disk: CutDisk) => Promise<void>,
): Promise<Findings> {
  const disk = new CutDisk(ground.folder, DISK_MIB);
  try {
    return await onDatabase(ground, { ...parts, folder: disk.path }, async (stage, database) => {
      // Making it has synced nothing.
      disk.sync();
      await play(stage, database, disk);
    });
  } finally {
    disk.clear();
  }
}

/** As `cutPower` does it to the server: it stands still before its disk goes. */
async function cutDatabase(database: FaultDatabase, disk: CutDisk): Promise<void> {
  await database.freeze();
  disk.cut();
  await database.kill();
  disk.reboot();
}

async function cutInRecovery(
  database: FaultDatabase,
  disk: CutDisk,
  afterMs: number,
): Promise<void> {
  const starting = database.start().catch(() => undefined);
  await until('postgres starts', STARTS_MS, () => database.running);
  await pauseFor(afterMs);
  await cutDatabase(database, disk);
  await starting;
}

export const databasePower: FaultRig = {
  name: 'power cut, postgres',
  rounds: { quick: 6, full: 60 },
  missing: (folder) => missingDatabase() ?? missingCutDisk(folder),
  play: (ground, rounds) =>
    onCutDatabase(ground, {}, async (stage, database, disk) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        const together = round % 2 === 0;
        await stage.answers(20 + spread(round, ANSWERS_MAX));
        if (together) await stage.freeze();
        await cutDatabase(database, disk);
        if (together) await stage.kill();
        if (round % RECOVERY_CRASHES_EVERY === 0)
          await cutInRecovery(database, disk, spread(round, RECOVERY_MS));
        await database.start();
        if (together) await stage.startServer();
      }
      stage.expectPromised('disk');
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a database that says it has synced and has not',
    breaks: 'P1',
    play: (ground) =>
      onCutDatabase(ground, {}, async (stage, database, disk) => {
        await stage.begin();
        await database.query(LIE, ...['entry', 'cursor', 'mark', 'seen'].map(TELL));
        await stage.answers(500);
        await cutDatabase(database, disk);
        await stage.kill();
        await stage.drain();
      }),
  },
};
