import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost, realClock, seededRandom } from '../kit/quiet-host.ts';
import { Prng } from '../sim/prng.ts';
import { Situations } from '../sim/situations.ts';
import { databaseStore } from '../sim/store/database-store.ts';
import { plainPort } from '../sim/store/disk-port.ts';
import { logStore } from '../sim/store/log-store.ts';
import { reference } from '../sim/store/reference.ts';
import { StorePath } from '../sim/store/store-path.ts';
import { SimDatabase } from '../sim/store/sim-database.ts';
import { SimDisk } from '../sim/store/sim-disk.ts';
import { noTrouble } from '../sim/store/trouble.ts';

const SHARDS = 8;
let made = 0;

judgePersistence({
  name: 'the simulator’s log on a disk',
  make: () => {
    const disk = plainPort(new SimDisk());
    return {
      open() {
        made += 1;
        const host = quietHost({ random: seededRandom(made) });
        return logStore({ disk, host, shards: SHARDS, make: reference });
      },
      destroy: () => Promise.resolve(),
    };
  },
});

judgePersistence({
  name: 'the simulator’s database',
  together: true,
  make: () => {
    made += 1;
    const clock = realClock();
    const content = reference(SHARDS, seededRandom(made), clock);
    const after = (delayMs: number, run: () => void) => clock.after(delayMs, run);
    const dialing = {
      world: { after: (delayMs: number, _actor: string, run: () => void) => after(delayMs, run) },
      life: {
        act: () => true,
        alive: true,
        after,
        hear: after,
        enter: (run: () => void) => run(),
        onEnd: () => () => undefined,
      },
      path: new StorePath(),
      prng: new Prng(made),
      situations: new Situations(),
      database: new SimDatabase(content, noTrouble()),
      storeMs: 0,
      endSeenMs: 0,
      failed: () => undefined,
    };
    const settings = { writers: 2, readers: 2, together: true };
    const open = () => databaseStore(settings, dialing, quietHost());
    return {
      open,
      openBeside: open,
      destroy: () => Promise.resolve(),
    };
  },
});
