/** The server stands still for seconds (SIGSTOP) and goes on, while its clients do not. */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { spread, type FaultRig } from '../fault-rig.ts';
import { onStage, type Stage } from '../stage.ts';

/** Short of, and beyond, the silence after which clients give a connection up (2.5 s here). */
const PAUSES_MS = [1_000, 4_000, 2_500];
const ANSWERS_MAX = 400;
const REST_OF_CONTROL_MS = 1_500;

function signal(stage: Stage, name: 'SIGSTOP' | 'SIGCONT'): void {
  if (stage.server.pid === undefined) throw new Error('no server runs');
  process.kill(stage.server.pid, name);
}

/** What was on its way when the server stopped arrives in the first half. */
async function standStill(stage: Stage, forMs: number): Promise<void> {
  await pauseFor(forMs / 2);
  const { accepted } = stage.recorder;
  await pauseFor(forMs / 2);
  if (stage.recorder.accepted > accepted) stage.fail('rig', 'a stopped server answered');
}

export const pause: FaultRig = {
  name: 'SIGSTOP, SIGCONT',
  rounds: { quick: 3, full: 30 },
  missing: () => undefined,
  play: (ground, rounds) =>
    onStage({ ground }, async (stage) => {
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(100 + spread(round, ANSWERS_MAX));
        signal(stage, 'SIGSTOP');
        await standStill(stage, PAUSES_MS[round % PAUSES_MS.length] ?? 0);
        signal(stage, 'SIGCONT');
      }
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'a server that never goes on',
    breaks: 'P11',
    play: (ground) =>
      onStage({ ground }, async (stage) => {
        await stage.begin();
        await stage.answers(100);
        signal(stage, 'SIGSTOP');
        await stage.rest(REST_OF_CONTROL_MS);
        await stage.kill();
        await stage.drain();
      }),
  },
};
