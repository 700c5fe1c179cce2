/** SIGKILL of the server, as for sqlite, over a database that goes on. */
import { join } from 'node:path';
import { missingDatabase, onDatabase } from '../fault-database.ts';
import { RECOVERY_CRASHES_EVERY, recoveryMs, spread, type FaultRig } from '../fault-rig.ts';

const ANSWERS_MAX = 400;
export const HASTY = join(import.meta.dirname, '..', 'spoilt', 'hasty-postgres.ts');

export const killPostgres: FaultRig = {
  name: 'kill -9, postgres',
  rounds: { quick: 20, full: 200 },
  missing: missingDatabase,
  play: (ground, rounds) =>
    onDatabase(ground, {}, async (stage) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX));
        await stage.kill();
        if (round % RECOVERY_CRASHES_EVERY === 0)
          await stage.startInVain(recoveryMs(round), () => stage.kill());
        await stage.startServer();
      }
      stage.expectUnderWay();
      stage.expectPromised('disk');
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a store that acknowledges first and keeps later',
    breaks: 'P1',
    play: (ground) =>
      onDatabase(ground, { use: HASTY }, async (stage) => {
        await stage.begin();
        await stage.answers(300);
        await stage.kill();
        await stage.drain();
      }),
  },
};
