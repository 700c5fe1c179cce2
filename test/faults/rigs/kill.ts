/**
 * SIGKILL in the middle of traffic, at moments chosen by counted answers, and sometimes once more
 * while the next process starts.
 */
import { join } from 'node:path';
import { RECOVERY_CRASHES_EVERY, recoveryMs, spread, type FaultRig } from '../fault-rig.ts';
import { sqliteIn } from '../stage-store.ts';
import { onStage } from '../stage.ts';

const ANSWERS_MAX = 600;
export const HASTY = join(import.meta.dirname, '..', 'spoilt', 'hasty-sqlite.ts');

export const kill: FaultRig = {
  name: 'kill -9',
  rounds: { quick: 20, full: 200 },
  missing: () => undefined,
  play: (ground, rounds) =>
    onStage({ ground }, async (stage) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX));
        await stage.kill();
        if (round % RECOVERY_CRASHES_EVERY === 0)
          await stage.startInVain(recoveryMs(round), () => stage.kill());
        await stage.startServer();
      }
      stage.expectUnderWay();
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a store that acknowledges first and keeps later',
    breaks: 'P1',
    play: (ground) =>
      onStage({ ground, store: (folder) => sqliteIn(folder, HASTY) }, async (stage) => {
        await stage.begin();
        await stage.answers(300);
        await stage.kill();
        await stage.drain();
      }),
  },
};
