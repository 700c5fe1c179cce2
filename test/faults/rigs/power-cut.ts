/**
 * The power is cut under load, and sometimes once more in the recovery. What was acknowledged is
 * noted elsewhere.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CutDisk, missingCutDisk } from '../cut-disk.ts';
import {
  RECOVERY_CRASHES_EVERY,
  recoveryMs,
  spread,
  type FaultRig,
  type Findings,
} from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { sqliteIn } from '../stage-store.ts';
import { onStage, type Stage } from '../stage.ts';

const ANSWERS_MAX = 400;
const SYNC_OFF = pathToFileURL(join(import.meta.dirname, '..', 'spoilt', 'sync-off.ts')).href;

/** The stage is gone before its disk goes. */
export async function onCutDisk(
  ground: Ground,
  play: (stage: Stage, disk: CutDisk) => Promise<void>,
): Promise<Findings> {
  const disk = new CutDisk(ground.folder);
  try {
    return await onStage({ ground, store: () => sqliteIn(disk.path) }, (stage) =>
      play(stage, disk),
    );
  } finally {
    disk.clear();
  }
}

/**
 * The machine goes, the process with it: it stands still before the disk does. For while a disk is
 * shut down, Linux lets a sync that is under way succeed now and then without having done it (6.18:
 * two of a hundred cuts under a program that only appends and syncs); what a machine without power
 * would not live to tell must not be told here either.
 */
export async function cutPower(stage: Stage, disk: CutDisk): Promise<void> {
  await stage.freeze();
  disk.cut();
  await stage.kill();
  disk.reboot();
}

export const powerCut: FaultRig = {
  name: 'power cut',
  rounds: { quick: 20, full: 200 },
  missing: missingCutDisk,
  play: (ground, rounds) =>
    onCutDisk(ground, async (stage, disk) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX));
        await cutPower(stage, disk);
        if (round % RECOVERY_CRASHES_EVERY === 0) {
          await stage.startInVain(recoveryMs(round), () => cutPower(stage, disk));
        }
        await stage.startServer();
      }
      stage.expectUnderWay();
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'sqlite with synchronous = OFF',
    breaks: 'P1',
    play: (ground) =>
      onCutDisk(ground, async (stage, disk) => {
        await stage.begin();
        await stage.kill();
        stage.server.environment = { NODE_OPTIONS: `--import ${SYNC_OFF}` };
        await stage.startServer();
        await stage.answers(500);
        await cutPower(stage, disk);
        await stage.drain();
      }),
  },
};
