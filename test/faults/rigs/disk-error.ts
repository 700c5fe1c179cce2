/**
 * From some moment on every sync, or by turns every write, of the server fails with EIO (strace),
 * and then the power is cut: the process must end by itself, and whatever it acknowledged must have
 * been synced before.
 */
import { missingCutDisk } from '../cut-disk.ts';
import { spread, type FaultRig } from '../fault-rig.ts';
import type { Stage } from '../stage.ts';
import { injectFault, missingTracer } from '../syscall-fault.ts';
import { leftAfter } from '../until.ts';
import { cutPower, onCutDisk } from './power-cut.ts';

const SYNCS = 'fdatasync,fsync';
const WRITES = 'pwrite64';
const ANSWERS_MAX = 300;
const ENDS_MS = 15_000;

function inject(stage: Stage, calls: string, outcome: string): Promise<void> {
  if (stage.server.pid === undefined) throw new Error('no server runs');
  return injectFault(stage.server.pid, calls, outcome);
}

/** The process is to end by itself, and to say that it failed. */
async function endsByItself(stage: Stage): Promise<void> {
  const { server } = stage;
  const left = await leftAfter(ENDS_MS, () => (server.running ? 'it runs' : undefined));
  if (left !== undefined) stage.fail('P10', `${ENDS_MS / 1000} s after an EIO, ${left}`);
  await stage.kill();
  const how = await server.exited;
  if (left === undefined && how !== '1')
    stage.fail('P10', `after an EIO the process ended with ${how}\n${server.output}`);
}

export const diskError: FaultRig = {
  name: 'EIO on sync or write',
  rounds: { quick: 6, full: 60 },
  missing: (folder) => missingTracer() ?? missingCutDisk(folder),
  play: (ground, rounds) =>
    onCutDisk(ground, async (stage, disk) => {
      await stage.begin();
      for (let round = 1; round <= rounds; round += 1) {
        await stage.answers(spread(round, ANSWERS_MAX));
        await inject(stage, round % 3 === 0 ? WRITES : SYNCS, 'error=EIO');
        await endsByItself(stage);
        await cutPower(stage, disk);
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
        await inject(stage, SYNCS, 'retval=0');
        await stage.answers(300);
        await cutPower(stage, disk);
        await stage.drain();
      }),
  },
};
