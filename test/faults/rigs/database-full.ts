/**
 * PostgreSQL's disk fills up under load, and gets room again: by turns with all alive, with a
 * SIGKILL of the server while there is none, and with PostgreSQL ended by itself, as it does when
 * its own log finds no room.
 */
import {
  missingDatabase,
  onDatabase,
  type DatabaseParts,
  type FaultDatabase,
} from '../fault-database.ts';
import type { FaultRig, Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { missingSmallDisk, SmallDisk } from '../small-disk.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';
import { HASTY } from './kill-postgres.ts';

const DISK_MIB = 96;
const LEFT_BYTES = 400_000;
/** So many refusals with `storage-full` show that it is full. */
const REFUSALS = 8;
const FULL_MS = 20_000;
const NEXT_LOG_FILE = `SELECT pg_logical_emit_message(false, 'fill', 'up'), pg_switch_wal()`;
const LOG_FILES_MAX = 1_000;

async function onSmallDatabase(
  ground: Ground,
  parts: DatabaseParts,
  play: (stage: Stage, database: FaultDatabase, disk: SmallDisk) => Promise<void>,
): Promise<Findings> {
  const disk = new SmallDisk(ground.folder, DISK_MIB);
  try {
    return await onDatabase(ground, { ...parts, folder: disk.path }, (stage, database) =>
      play(stage, database, disk),
    );
  } finally {
    disk.clear();
  }
}

/** Until enough is refused; or PostgreSQL has ended for want of room, which it may. */
async function fillUp(stage: Stage, database: FaultDatabase, disk: SmallDisk): Promise<void> {
  const goal = stage.recorder.refused('storage-full') + REFUSALS;
  disk.fill(LEFT_BYTES);
  await until(`the disk is full\n${stage.server.output}`, FULL_MS, () => {
    if (!stage.server.running) throw new Error(`the server ended\n${stage.server.output}`);
    return !database.running || stage.recorder.refused('storage-full') >= goal;
  });
}

/** Every file of its log is used up, and no other can be made: it panics. */
async function exhaustLog(database: FaultDatabase, disk: SmallDisk): Promise<void> {
  disk.fill(0);
  for (let file = 0; file < LOG_FILES_MAX; file += 1) {
    try {
      await database.query(NEXT_LOG_FILE);
    } catch {
      return;
    }
  }
  throw new Error(`${LOG_FILES_MAX} files of its log found room`);
}

export const databaseFull: FaultRig = {
  name: 'full disk, postgres',
  rounds: { quick: 6, full: 30 },
  missing: (folder) => missingDatabase() ?? missingSmallDisk(folder),
  play: (ground, rounds) =>
    onSmallDatabase(ground, {}, async (stage, database, disk) => {
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(100);
        await fillUp(stage, database, disk);
        const dies = round % 3 === 1;
        if (dies) await stage.kill();
        if (round % 3 === 2) await exhaustLog(database, disk);
        disk.empty();
        await database.comeBack();
        if (dies) await stage.startServer();
        await stage.answers(100);
      }
      if (stage.recorder.refused('storage-full') === 0) stage.fail('rig', 'it was never full');
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a store that acknowledges first and finds no room later',
    breaks: 'P1',
    play: (ground) =>
      onSmallDatabase(ground, { use: HASTY }, async (stage, database, disk) => {
        await stage.begin();
        disk.fill(LEFT_BYTES);
        await stage.answers(3_000);
        await stage.kill();
        disk.empty();
        await database.comeBack();
        await stage.drain();
      }),
  },
};
