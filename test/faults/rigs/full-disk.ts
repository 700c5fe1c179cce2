/**
 * The disk fills up under load, and gets room again: by turns with the server alive, and with a
 * SIGKILL while there is none.
 */
import type { FaultRig, Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { missingSmallDisk, SmallDisk } from '../small-disk.ts';
import { sqliteIn } from '../stage-store.ts';
import { onStage, type Stage } from '../stage.ts';
import { until } from '../until.ts';
import { HASTY } from './kill.ts';

const LEFT_BYTES = 400_000;
/** So many refusals with `storage-full` show that it is full. */
const REFUSALS = 8;
const FULL_MS = 20_000;

async function onSmallDisk(
  ground: Ground,
  use: string,
  play: (stage: Stage, disk: SmallDisk) => Promise<void>,
): Promise<Findings> {
  const disk = new SmallDisk(ground.folder);
  try {
    return await onStage({ ground, store: () => sqliteIn(disk.path, use) }, (stage) =>
      play(stage, disk),
    );
  } finally {
    disk.clear();
  }
}

async function fillUp(stage: Stage, disk: SmallDisk): Promise<void> {
  const goal = stage.recorder.refused('storage-full') + REFUSALS;
  disk.fill(LEFT_BYTES);
  await until(`the disk is full\n${stage.server.output}`, FULL_MS, () => {
    if (!stage.server.running) throw new Error(`the server ended\n${stage.server.output}`);
    return stage.recorder.refused('storage-full') >= goal;
  });
}

export const fullDisk: FaultRig = {
  name: 'full disk',
  rounds: { quick: 4, full: 30 },
  missing: (folder) => missingSmallDisk(folder),
  play: (ground, rounds) =>
    onSmallDisk(ground, 'sqlite', async (stage, disk) => {
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(100);
        await fillUp(stage, disk);
        const dies = round % 2 === 1;
        if (dies) await stage.kill();
        disk.empty();
        if (dies) await stage.startServer();
        await stage.answers(100);
      }
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a store that acknowledges first and finds no room later',
    breaks: 'P1',
    play: (ground) =>
      onSmallDisk(ground, HASTY, async (stage, disk) => {
        await stage.begin();
        disk.fill(LEFT_BYTES);
        await stage.answers(3_000);
        await stage.kill();
        disk.empty();
        await stage.drain();
      }),
  },
};
