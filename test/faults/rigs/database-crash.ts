/**
 * PostgreSQL ends under load, in every way in which it can, and comes back: at once, or after it
 * was away for so long that commands are refused. The server stays, and goes on by itself.
 */
import { FaultDatabase, missingDatabase, onDatabase } from '../fault-database.ts';
import { spread, type FaultRig } from '../fault-rig.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';

const ANSWERS_MAX = 300;
const BUSY_MS = 10_000;

/** By turns. After the end of a backend the others end and come back by themselves. */
const ENDS: readonly ((database: FaultDatabase) => Promise<void>)[] = [
  (database) => database.endAtOnce(),
  (database) => database.killFirst(),
  (database) => database.killBackend(),
  (database) => database.kill(),
];

/** The conversations under way when it went have to wait for their fate; so others are used. */
async function untilBusy({ recorder, server, load }: Stage): Promise<void> {
  const busy = recorder.refused('busy');
  load.aside();
  await until(`\`busy\`\n${server.output}`, BUSY_MS, () => recorder.refused('busy') > busy);
}

/** While it is away: commands are refused for now, and none is accepted. */
async function refusesForNow(stage: Stage): Promise<void> {
  const { recorder } = stage;
  // By then what was on its way to the devices has arrived.
  await untilBusy(stage);
  const before = recorder.accepted - recorder.repeated;
  await untilBusy(stage);
  const more = recorder.accepted - recorder.repeated - before;
  if (more > 0) stage.fail('P1', `${more} commands were accepted without a database`);
}

export const databaseCrash: FaultRig = {
  name: 'postgres crashes',
  rounds: { quick: ENDS.length * 2, full: ENDS.length * 20 },
  missing: missingDatabase,
  play: (ground, rounds) =>
    onDatabase(ground, {}, async (stage, database) => {
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX) + 20);
        await ENDS[round % ENDS.length]?.(database);
        if (!database.running) {
          if (round >= ENDS.length) await refusesForNow(stage);
          await database.start();
        }
      }
      await stage.rest();
      stage.expectPromised('disk');
      await stage.end();
    }),
  control: {
    what: 'synchronous_commit = off, and durability `process` in every answer',
    breaks: 'P1',
    play: (ground) =>
      onDatabase(ground, { settings: { unsafe: 'process' } }, async (stage, database) => {
        await database.set('synchronous_commit', 'off');
        await stage.begin();
        await stage.answers(500);
        await database.endAtOnce();
        await stage.kill();
        await stage.drain();
        stage.expectPromised('process');
      }),
  },
};
