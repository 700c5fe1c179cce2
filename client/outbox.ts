/**
 * What a client remembers beyond a connection, and perhaps beyond its process: commands without an
 * answer, the last number given in each conversation, and how far the application has come.
 */
import type { Act, Send } from '../core/wire/frames.ts';

/**
 * A command as it is kept: whatever is sent again is sent from here, under the same number and id.
 */
export type Command = Omit<Send, 'attempt'> | Omit<Act, 'attempt'>;

export interface OutboxState {
  /** Whose outbox it is; another user or device must not use it. */
  user: string | undefined;
  device: string | undefined;
  /** The server's log that numbers and positions belong to. */
  log: string | undefined;
  /** Unanswered, by id, ascending in number within each conversation. */
  readonly commands: Map<string, Command>;
  /** The highest number ever given, by conversation. */
  readonly last: Map<string, number>;
  /** Handled by the application up to here, by conversation. */
  readonly received: Map<string, number>;
  /** Seen by a person up to here, by conversation. */
  readonly read: Map<string, number>;
}

export type OutboxChange =
  | { readonly change: 'identity'; readonly user: string; readonly device: string }
  /**
   * The log: on another one than before, numbers and positions lose their meaning; commands stay
   * until they are put again.
   */
  | { readonly change: 'log'; readonly log: string }
  /** A new command, or a known id under a new number. */
  | { readonly change: 'put'; readonly command: Command }
  /** Answered for good. */
  | { readonly change: 'remove'; readonly id: string }
  | {
      readonly change: 'last' | 'received' | 'read';
      readonly conversation: string;
      readonly value: number;
    };

/**
 * An application may bring its own, over IndexedDB for example. One client uses an outbox at a
 * time.
 */
export interface Outbox {
  /** Called once, first. */
  load(): Promise<OutboxState>;
  /**
   * Keeps all changes, in order, or none; the client waits for it before it sends what a `put`
   * holds, and calls it again only when it is done. `received` and `read` alone need not be synced
   * to the disk. A rejection: the same changes are written again later.
   */
  write(changes: readonly OutboxChange[]): Promise<void> | undefined;
  /** Called once, last; nothing is written after it. */
  close(): Promise<void>;
}

export function emptyOutbox(): OutboxState {
  return {
    user: undefined,
    device: undefined,
    log: undefined,
    commands: new Map(),
    last: new Map(),
    received: new Map(),
    read: new Map(),
  };
}

function raise(map: Map<string, number>, conversation: string, value: number): void {
  if (value > (map.get(conversation) ?? 0)) map.set(conversation, value);
}

/** What a change does to the state: one meaning for every kind of outbox. */
export function applyChange(state: OutboxState, change: OutboxChange): void {
  switch (change.change) {
    case 'identity':
      state.user = change.user;
      state.device = change.device;
      return;
    case 'log':
      // Numbers given before the first log was known are that log's.
      if (state.log !== undefined && state.log !== change.log) {
        for (const map of [state.last, state.received, state.read]) map.clear();
      }
      state.log = change.log;
      return;
    case 'put':
      // Deleted first, so that a command that got a new number stands behind those it now follows.
      state.commands.delete(change.command.id);
      state.commands.set(change.command.id, change.command);
      raise(state.last, change.command.conversation, change.command.number);
      return;
    case 'remove':
      state.commands.delete(change.id);
      return;
    case 'last':
    case 'received':
    case 'read':
      raise(state[change.change], change.conversation, change.value);
  }
}

/** The state as the shortest list of changes that makes it from nothing. */
export function changesOf(state: OutboxState): OutboxChange[] {
  const changes: OutboxChange[] = [];
  if (state.user !== undefined && state.device !== undefined) {
    changes.push({ change: 'identity', user: state.user, device: state.device });
  }
  if (state.log !== undefined) changes.push({ change: 'log', log: state.log });
  for (const change of ['last', 'received', 'read'] as const) {
    for (const [conversation, value] of state[change])
      changes.push({ change, conversation, value });
  }
  for (const command of state.commands.values()) changes.push({ change: 'put', command });
  return changes;
}

/**
 * Keeps everything for as long as the object lives: a second client may go on with it after the
 * first closed.
 */
export function memoryOutbox(): Outbox {
  const state = emptyOutbox();
  return {
    load: () => {
      const copy = emptyOutbox();
      for (const change of changesOf(state)) applyChange(copy, change);
      return Promise.resolve(copy);
    },
    write: (changes) => {
      for (const change of changes) applyChange(state, change);
      return undefined;
    },
    close: () => Promise.resolve(),
  };
}
