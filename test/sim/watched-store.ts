/** A store that tells the history which shards it gave to a node, and what it has saved for it. */
import type { NodeLife, Ownership, Persistence, Plugin, ShardOwner } from 'im-kernel/contract';
import type { HistoryRecorder } from './history.ts';

export interface Watch {
  readonly recorder: HistoryRecorder;
  /** Which life of the node uses it. */
  readonly life: number;
  /** The node beats under this life. */
  readonly joins: (life: NodeLife) => void;
}

/** `spoil`: stands between. */
export function watchedStore(
  plugin: Plugin<'persistence'>,
  watch: Watch,
  spoil: (store: Persistence) => Persistence = (store) => store,
): Plugin<'persistence'> {
  return {
    ...plugin,
    create: (config, host) => watched(spoil(plugin.create(config, host)), watch),
  };
}

function watched(store: Persistence, watch: Watch): Persistence {
  const { recorder, life } = watch;
  const changes: Partial<Persistence> = {
    ownership: watchedOwnership(store, watch),
    registerDevice: (user, device) => {
      recorder.add({ type: 'greeted', life, user, device });
      return store.registerDevice(user, device);
    },
    saveProgress: async (progress) => {
      await store.saveProgress(progress);
      const cursors = progress.cursors.map((move) => ({ ...move }));
      const marks = progress.marks.map(({ marks: mark, ...whose }) => ({ ...whose, ...mark }));
      recorder.add({ type: 'saved', life, log: store.log, cursors, marks });
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

/** Whatever is answered, the history hears of each epoch that turns out to be this life's. */
function watchedOwnership(store: Persistence, { recorder, life, joins }: Watch): Ownership {
  const known = new Map<number, number>();
  let own: NodeLife | undefined;
  const hear = (owners: readonly ShardOwner[]): void => {
    const news = owners.filter(({ shard, epoch, owner }) => {
      return own !== undefined && owner?.life === own.life && epoch !== known.get(shard);
    });
    if (news.length === 0) return;
    for (const { shard, epoch } of news) known.set(shard, epoch);
    const shards = news.map(({ shard }) => shard);
    const epochs = news.map(({ epoch }) => epoch);
    recorder.add({ type: 'taken', log: store.log, life, shards, epochs });
  };
  return {
    beat: async (self, leaseMs) => {
      own = self;
      joins(self);
      const answer = await store.ownership.beat(self, leaseMs);
      if (answer === 'taken') return answer;
      hear(answer.shards);
      recorder.add({ type: 'looked', life });
      return answer;
    },
    look: async () => {
      const record = await store.ownership.look();
      hear(record.shards);
      return record;
    },
    leave: (self) => store.ownership.leave(self),
    take: async (self, ...asked) => {
      // An owner that leaves takes for who follows it.
      own ??= self;
      const owners = await store.ownership.take(self, ...asked);
      hear(owners);
      const isGiven =
        self.life !== own.life && owners.every(({ owner }) => owner?.life === self.life);
      if (isGiven) recorder.add({ type: 'given', log: store.log, life, to: self.node });
      return owners;
    },
  };
}
