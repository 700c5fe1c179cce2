import { judgePersistence, quietHost, seededRandom } from 'im-kernel/kit';
import plugin from '../../../plugins/persistence/memory/index.ts';

let made = 0;

judgePersistence({
  name: 'my-plugin',
  make: () => ({
    open() {
      made += 1;
      return plugin.create({ shards: 8 }, quietHost({ random: seededRandom(made) }));
    },
    destroy: () => Promise.resolve(),
  }),
});
