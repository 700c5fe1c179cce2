/**
 * Rules broken on purpose, without a switch in the product: by a store, a wire or a judge of
 * outcomes that cheats. A checker that lets one of them live is the one that is broken.
 */
import type { Entry, Persistence, ShardAppend } from 'im-kernel/contract';
import memory from '../../plugins/persistence/memory/index.ts';
import { quietHost } from '../kit/quiet-host.ts';
import type { Prng } from './prng.ts';
import type { WorldOptions } from './world.ts';

export type Spoiling = Omit<WorldOptions, 'seed' | 'verbose'>;

/** Above every number that a run reaches. */
const GENERATION_STEP = 1_000_000;

/** The store, with some of its methods replaced. */
function altered(store: Persistence, changes: Partial<Persistence>): Persistence {
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
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
    takeShards: (node, shards) => {
      pending = [];
      return store.takeShards(node, shards);
    },
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

function renumbered(entry: Entry): Entry {
  return { ...entry, number: entry.number % GENERATION_STEP };
}

/** Knows the numbers of this life of the node only. */
function forgetNumbers(store: Persistence): Persistence {
  let base = 0;
  return altered(store, {
    takeShards: (node, shards) => {
      base += GENERATION_STEP;
      return store.takeShards(node, shards);
    },
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

/** Recovers everything but the last batch, under the same log. */
function loseTheTail(store: Persistence, prng: Prng): Persistence {
  let current = store;
  let acts: { readonly append: boolean; readonly run: (on: Persistence) => Promise<unknown> }[] =
    [];
  const note = <T>(run: (on: Persistence) => Promise<T>, append = false): Promise<T> => {
    acts.push({ append, run });
    return run(current);
  };
  const recover = async (): Promise<void> => {
    const last = acts.findLastIndex(({ append }) => append);
    acts = acts.filter((_, index) => index !== last);
    current = memory.create({ shards: store.shards }, quietHost({ random: prng.fork() }));
    await current.start(new AbortController().signal);
    for (const { run } of acts) await run(current);
  };
  return altered(store, {
    takeShards: async (node, shards) => {
      await recover();
      return note((on) => on.takeShards(node, shards));
    },
    append: (batch) => note((on) => on.append(batch), true),
    saveProgress: (progress) => note((on) => on.saveProgress(progress)),
    registerDevice: (user, device) => note((on) => on.registerDevice(user, device)),
    readConversation: (name, range) => current.readConversation(name, range),
    loadConversation: (name) => current.loadConversation(name),
    lastEntries: (keys) => current.lastEntries(keys),
    findEntry: (key, number) => current.findEntry(key, number),
    loadCursor: (name, user, device) => current.loadCursor(name, user, device),
    backlog: (user, device, after, limit) => current.backlog(user, device, after, limit),
    conversationsOf: (user, after, limit) => current.conversationsOf(user, after, limit),
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

export const MUTANTS: Readonly<Record<string, Spoiling>> = {
  'acknowledge-before-keep': { spoilStore: acknowledgeBeforeKeep },
  'forget-numbers': { spoilStore: forgetNumbers },
  'alter-bodies': { spoilStore: alterBodies },
  'cursor-runs-ahead': { spoilStore: cursorRunsAhead },
  'lose-the-tail': { spoilStore: loseTheTail },
  'members-never-leave': { spoilStore: membersNeverLeave },
  'lose-deliveries': { dropDeliveries: 0.02 },
  'time-out-is-refusal': { refusedAfterMs: 1_500 },
};

/** @throws Error for a name that is none. */
export function mutantNamed(name: string | undefined): Spoiling {
  if (name === undefined) return {};
  const spoiling = MUTANTS[name];
  if (spoiling !== undefined) return spoiling;
  throw new Error(`no mutant ${name}; there are ${Object.keys(MUTANTS).join(', ')}`);
}
