/** A store that tells the history which shards it gave to a node, and what it has saved for it. */
import type { Persistence, Plugin } from 'im-kernel/contract';
import type { HistoryRecorder } from './history.ts';

/** `life`: which life of the node uses it. `spoil`: stands between. */
export function watchedStore(
  plugin: Plugin<'persistence'>,
  recorder: HistoryRecorder,
  life: number,
  spoil: (store: Persistence) => Persistence = (store) => store,
): Plugin<'persistence'> {
  return {
    ...plugin,
    create: (config, host) => watched(spoil(plugin.create(config, host)), recorder, life),
  };
}

function watched(store: Persistence, recorder: HistoryRecorder, life: number): Persistence {
  const changes: Partial<Persistence> = {
    takeShards: async (node, shards) => {
      const epochs = await store.takeShards(node, shards);
      recorder.add({ type: 'taken', log: store.log, life, shards, epochs });
      return epochs;
    },
    registerDevice: (user, device) => {
      recorder.add({ type: 'greeted', user, device });
      return store.registerDevice(user, device);
    },
    saveProgress: async (progress) => {
      await store.saveProgress(progress);
      const cursors = progress.cursors.map((move) => ({ ...move }));
      const marks = progress.marks.map(({ marks: mark, ...whose }) => ({ ...whose, ...mark }));
      recorder.add({ type: 'saved', log: store.log, cursors, marks });
    },
    loadCursor: async (conversation, user, device) => {
      const askedMs = recorder.nowMs;
      const place = await store.loadCursor(conversation, user, device);
      const cursor = { conversation, user, device, cursor: place.cursor };
      recorder.add({ type: 'loaded', log: store.log, askedMs, cursor });
      return place;
    },
  };
  return new Proxy(store, {
    get: (target, key) => Reflect.get(key in changes ? changes : target, key) as unknown,
  });
}
