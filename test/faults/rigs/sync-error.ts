/**
 * Every sync fails with EIO from some moment on (strace), and then the power is cut: the process
 * must end by itself, and whatever it acknowledged must have been synced before.
 */
import { missingCutDisk } from '../cut-disk.ts';
import { spread, type FaultRig } from '../fault-rig.ts';
import type { Stage } from '../stage.ts';
import { injectFault, missingTracer } from '../syscall-fault.ts';
import { leftAfter } from '../until.ts';
import { onCutDisk } from './power-cut.ts';

const SYNCS = 'fdatasync,fsync';
const ANSWERS_MAX = 300;
const ENDS_MS = 15_000;

function inject(stage: Stage, outcome: string): Promise<void> {
  if (stage.server.pid === undefined) throw new Error('no server runs');
  return injectFault(stage.server.pid, SYNCS, outcome);
}

/** The process is to end by itself, and to say that it failed. */
async function endsByItself(stage: Stage): Promise<void> {
  const { server } = stage;
  const left = await leftAfter(ENDS_MS, () => (server.running ? 'it runs' : undefined));
  if (left !== undefined) stage.fail('P10', `${ENDS_MS / 1000} s after a failed sync, ${left}`);
  await stage.kill();
  const how = await server.exited;
  if (left === undefined && how !== '1')
    stage.fail('P10', `after a failed sync the process ended with ${how}\n${server.output}`);
}

export const syncError: FaultRig = {
  name: 'EIO on sync',
  rounds: { quick: 5, full: 50 },
  missing: (folder) => missingTracer() ?? missingCutDisk(folder),
  play: (ground, rounds) =>
    onCutDisk(ground, async (stage, disk) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX));
        await inject(stage, 'error=EIO');
        await endsByItself(stage);
        disk.cut();
        disk.reboot();
        await stage.startServer();
      }
      await stage.rest();
      await stage.end();
    }),
  control: {
    what: 'syncs that are said to be done and are not',
    breaks: 'P1',
    play: (ground) =>
      onCutDisk(ground, async (stage, disk) => {
        await stage.begin();
        await stage.answers(100);
        await inject(stage, 'retval=0');
        await stage.answers(300);
        disk.cut();
        await stage.kill();
        disk.reboot();
        stage.drain();
      }),
  },
};
