/**
 * The last changes of the owner, as a value of the store's register: each new owner writes its own,
 * so that they are seen from any node, and when none runs.
 */
import type { NodeLife, Register } from '../contract/index.ts';

export const TAKEOVERS_KEY = 'cluster/takeovers';

export interface TakeoverNote {
  readonly epoch: number;
  readonly node: string;
  /** Absent: nobody had owned the shards. */
  readonly from?: string;
  /** start: it was its own before, or nobody's. takeover: an operator gave it. */
  readonly kind: 'start' | 'failover' | 'switchover' | 'takeover';
  /** When it had the shards: its wall clock, ms. */
  readonly at: number;
  /** From then until it took commands. */
  readonly openMs?: number;
}

/** A node that has taken the shards, and takes commands. */
export interface Serving {
  /** Who owned them before; undefined: nobody. */
  readonly from: NodeLife | undefined;
  readonly epoch: number;
  /** When it had them: the wall clock, ms. */
  readonly at: number;
  /** From then until it took commands. */
  readonly openMs: number;
}

const KEPT_MAX = 20;
const TRIES_MAX = 5;
const KINDS: readonly unknown[] = ['start', 'failover', 'switchover', 'takeover'];

/** Newest first. What cannot be read is left out; never throws. */
export function parseTakeovers(text: string | undefined): readonly TakeoverNote[] {
  if (text === undefined) return [];
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isNote) : [];
  } catch {
    return [];
  }
}

/**
 * Adds a note, or what is new in it to the one of its epoch: what an operator did is not taken for
 * something that happened. False if others were always quicker.
 */
export async function noteTakeover(register: Register, note: TakeoverNote): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = await register.read(TAKEOVERS_KEY);
    const notes = parseTakeovers(before);
    const known = notes.find(({ epoch }) => epoch === note.epoch);
    const kind = known?.kind === 'takeover' ? known.kind : note.kind;
    const others = notes.filter(({ epoch }) => epoch !== note.epoch);
    const all = [{ ...known, ...note, kind }, ...others].toSorted((a, b) => b.epoch - a.epoch);
    const next = JSON.stringify(all.slice(0, KEPT_MAX));
    if (await register.compareAndSet(TAKEOVERS_KEY, before, next)) return true;
  }
  return false;
}

function isNote(value: unknown): value is TakeoverNote {
  if (!(value instanceof Object)) return false;
  const { epoch, node, from, kind, at, openMs } = value as Partial<Record<string, unknown>>;
  const isTime = openMs === undefined || (typeof openMs === 'number' && openMs >= 0);
  const isNamed = typeof node === 'string' && (from === undefined || typeof from === 'string');
  return (
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(at) &&
    isNamed &&
    isTime &&
    KINDS.includes(kind)
  );
}
