import { judgePersistence } from '../kit/persistence-judge.ts';
import { quietHost, seededRandom } from '../kit/quiet-host.ts';
import memory from '../../plugins/persistence/memory/index.ts';

let made = 0;

judgePersistence({
  name: 'memory',
  make: () => ({
    open() {
      made += 1;
      return memory.create({ shards: 8 }, quietHost({ random: seededRandom(made) }));
    },
    destroy: () => Promise.resolve(),
  }),
});
