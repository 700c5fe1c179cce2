/** Rules of a store broken on purpose. */
import type {
  CursorMove,
  Entry,
  Ownership,
  Persistence,
  Progress,
  ShardAppend,
  Take,
} from 'im-kernel/contract';
import { altered } from './altered.ts';
import type { Mutant } from './mutant.ts';

/** Above every number that a run reaches. */
const GENERATION_STEP = 1_000_000;

/** Calls `before` before each take. */
function whenTaken(store: Persistence, before: (takes: readonly Take[]) => void): Ownership {
  return altered(store.ownership, {
    take: (life, takes, force) => {
      before(takes);
      return store.ownership.take(life, takes, force);
    },
  });
}

function withEntries(batch: readonly ShardAppend[], change: (entry: Entry) => Entry) {
  return batch.map((part) => ({ ...part, entries: part.entries.map(change) }));
}

/** Answers before it has written; what is not written at a crash is gone. */
function acknowledgeBeforeKeep(store: Persistence): Persistence {
  let pending: readonly ShardAppend[] = [];
  const flush = async (): Promise<void> => {
    const batch = pending;
    pending = [];
    if (batch.length > 0) await store.append(batch);
  };
  return altered(store, {
    append: async (batch) => {
      await flush();
      pending = batch;
      return batch.map(() => 'kept');
    },
    ownership: whenTaken(store, () => {
      pending = [];
    }),
    readConversation: async (name, range) => {
      await flush();
      return store.readConversation(name, range);
    },
    loadConversation: async (name) => {
      await flush();
      return store.loadConversation(name);
    },
    lastEntries: async (keys) => {
      await flush();
      return store.lastEntries(keys);
    },
  });
}

function withoutBound(text: string | undefined): string | undefined {
  return text?.replace(/ \d+ /, ' 0 ');
}

/** Keeps the epoch of a sequencer, and of its bound nothing. */
function boundUnkept(store: Persistence): Persistence {
  return altered(store, {
    register: {
      read: (key) => store.register.read(key),
      list: (...page) => store.register.list(...page),
      compareAndSet: (key, expected, next) =>
        key.startsWith('sequencer/')
          ? store.register.compareAndSet(key, withoutBound(expected), withoutBound(next) ?? '')
          : store.register.compareAndSet(key, expected, next),
    },
  });
}

function renumbered(entry: Entry): Entry {
  return { ...entry, number: entry.number % GENERATION_STEP };
}

/** Knows the numbers of this life of the node only. */
function forgetNumbers(store: Persistence): Persistence {
  let base = 0;
  return altered(store, {
    ownership: whenTaken(store, () => {
      base += GENERATION_STEP;
    }),
    append: (batch) =>
      store.append(withEntries(batch, (entry) => ({ ...entry, number: entry.number + base }))),
    readConversation: async (name, range) =>
      (await store.readConversation(name, range)).map(renumbered),
    lastEntries: async (keys) => {
      const entries = await store.lastEntries(keys);
      return entries.map((entry) =>
        entry === undefined || entry.number < base ? undefined : renumbered(entry),
      );
    },
    findEntry: async (key, number) => {
      const entry = await store.findEntry(key, number + base);
      return entry === undefined ? undefined : renumbered(entry);
    },
  });
}

function bent(entry: Entry): Entry {
  const { body } = entry;
  return body === undefined || body.length < 20 ? entry : { ...entry, body: body.with(15, 63) };
}

/** Changes an octet of long bodies when they are read back. */
function alterBodies(store: Persistence): Persistence {
  return altered(store, {
    readConversation: async (name, range) => (await store.readConversation(name, range)).map(bent),
  });
}

/** Takes a device's cursor for the end of the log: whatever was not delivered in time never is. */
function cursorRunsAhead(store: Persistence): Persistence {
  return altered(store, {
    loadCursor: async (conversation, user, device) => {
      const place = await store.loadCursor(conversation, user, device);
      const record = await store.loadConversation(conversation);
      return { ...place, cursor: record?.position ?? 0 };
    },
  });
}

/** Forgets that stays have ended. */
function membersNeverLeave(store: Persistence): Persistence {
  return altered(store, {
    loadConversation: async (name) => {
      const record = await store.loadConversation(name);
      if (record === undefined) return undefined;
      const members = record.members.map(({ user, from, role }) => ({ user, from, role }));
      return { ...record, members };
    },
  });
}

/** Lets in whatever comes under an older epoch. */
function withoutFence(store: Persistence): Persistence {
  const epochs = new Map<number, number>();
  return altered(store, {
    ownership: altered(store.ownership, {
      take: async (...asked) => {
        const taken = await store.ownership.take(...asked);
        for (const { shard, epoch } of taken) epochs.set(shard, epoch);
        return taken;
      },
    }),
    append: (batch) =>
      store.append(batch.map((part) => ({ ...part, epoch: epochs.get(part.shard) ?? 0 }))),
  });
}

/** Progress is said to be kept, and gone with the node's life. */
function progressUnkept(store: Persistence): Persistence {
  let unkept: Progress[] = [];
  const kept = (): CursorMove[] => unkept.flatMap(({ cursors }) => cursors);
  return altered(store, {
    ownership: whenTaken(store, (takes) => {
      if (takes.length > 1) unkept = [];
    }),
    saveProgress: (progress) => {
      unkept.push(progress);
      return Promise.resolve();
    },
    loadCursor: async (conversation, user, device) => {
      const place = await store.loadCursor(conversation, user, device);
      const moves = kept().filter(
        (move) =>
          move.conversation === conversation && move.user === user && move.device === device,
      );
      return { ...place, cursor: Math.max(place.cursor, ...moves.map(({ cursor }) => cursor)) };
    },
  });
}

/** As the node sees the store: an answer that got lost was a yes. */
function unknownIsKept(store: Persistence): Persistence {
  return altered(store, {
    append: async (batch) => {
      const outcomes = await store.append(batch);
      return outcomes.map((outcome) => (outcome === 'unknown' ? 'kept' : outcome));
    },
  });
}

const ONE_LOG = '00000000-0000-4000-8000-000000000000';

export const STORE_MUTANTS: Readonly<Record<string, Mutant>> = {
  'acknowledge-before-keep': {
    rule: 'nothing is acknowledged that is not kept',
    breaks: 'P1',
    spoilStore: acknowledgeBeforeKeep,
  },
  'unknown-is-kept': {
    rule: 'a batch of unknown fate is read back before it is answered',
    breaks: 'P8',
    spoilAnswers: unknownIsKept,
  },
  'no-fence': {
    rule: 'nothing of an older epoch is let in',
    breaks: 'P8',
    spoilStore: withoutFence,
  },
  'one-log-for-ever': {
    rule: 'a log that has lost something has another name',
    breaks: 'P4',
    spoilStore: (store) => altered(store, { log: ONE_LOG }),
  },
  'answers-before-sync': {
    rule: 'a log file is synced before anything in it is answered',
    breaks: 'P1',
    spoilLog: 'answers-before-sync',
  },
  'goes-on-after-a-failed-sync': {
    rule: 'a sync that failed ends the process',
    breaks: 'P1',
    spoilLog: 'goes-on-after-a-failed-sync',
  },
  'recovers-without-a-sync': {
    rule: 'what recovery has found is synced before it is built upon',
    breaks: 'P1',
    spoilLog: 'recovers-without-a-sync',
  },
  'trusts-a-torn-tail': {
    rule: 'a torn end of the log is cut off',
    breaks: 'P1',
    spoilLog: 'trusts-a-torn-tail',
    from: 100,
  },
  'forgets-the-last-frame': {
    rule: 'recovery keeps all that was acknowledged',
    breaks: 'P10',
    spoilLog: 'forgets-the-last-frame',
  },
  'bound-unkept': {
    rule: 'the bound of a sequencer is kept before its numbers are given',
    breaks: 'ordering',
    spoilStore: boundUnkept,
  },
  'forget-numbers': {
    rule: 'numbers are known for ever, not in memory only',
    breaks: 'P3',
    spoilStore: forgetNumbers,
  },
  'alter-bodies': {
    rule: 'a body comes as it was sent',
    breaks: 'P2',
    spoilStore: alterBodies,
  },
  'cursor-runs-ahead': {
    rule: 'a cursor moves when what it passes was acknowledged',
    breaks: 'P7',
    spoilStore: cursorRunsAhead,
  },
  'progress-unkept': {
    rule: 'cursors and marks that are kept survive a crash',
    breaks: 'P17',
    spoilStore: progressUnkept,
  },
  'members-never-leave': {
    rule: 'who has left sees nothing of what follows',
    breaks: 'P14',
    spoilStore: membersNeverLeave,
  },
};
