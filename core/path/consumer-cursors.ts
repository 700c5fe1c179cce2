/**
 * How far a consumer is in each shard, kept in the store's register: gathered, and kept every
 * `progressEvery`. A crash sets a cursor back by as much; then entries come again, none is skipped.
 */
import {
  ImError,
  reasonOf,
  type Cancel,
  type Clock,
  type Log,
  type Register,
} from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Lease } from '../cluster/lease.ts';

/** Behind cursor `after` of the shard's log, and behind the first `skip` entries that follow it. */
export interface Place {
  readonly after: number;
  readonly skip: number;
}

interface Surroundings {
  readonly consumer: string;
  readonly register: Register;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<Limits, 'progressEvery'>;
  /** Without it the cursors may be another node's, and are left alone. */
  readonly lease: Pick<Lease, 'open'>;
}

interface Cursor {
  place: Place;
  /** As the store has it; undefined: not at all. */
  stored: string | undefined;
}

const LIST_PAGE = 500;
/** After a failure they are kept less often, until that works again. */
const RETRY_MS = 1_000;

export class ConsumerCursors {
  readonly #around: Surroundings;
  readonly #cursors = new Map<number, Cursor>();
  readonly #moved = new Set<number>();
  #saving: Promise<void> | undefined;
  #cancel: Cancel | undefined;
  #closed = false;
  /** The store did not keep them last time: said once. */
  #failing = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get(shard: number): Place | undefined {
    return this.#cursors.get(shard)?.place;
  }

  /** Reads all cursors of the consumer. */
  async load(): Promise<void> {
    const { register } = this.#around;
    const prefix = this.#key('');
    for (let after = ''; ;) {
      const page = await register.list(prefix, after, LIST_PAGE);
      for (const { key, value } of page) {
        const shard = Number(key.slice(prefix.length));
        this.#cursors.set(shard, { place: placeOf(value), stored: value });
      }
      const last = page.at(-1);
      if (page.length < LIST_PAGE || !last) return;
      after = last.key;
    }
  }

  /** Sets a shard's first place; in the store when resolved. What is there already wins. */
  async begin(shard: number, place: Place): Promise<void> {
    const { register } = this.#around;
    const value = textOf(place);
    const won = await register.compareAndSet(this.#key(shard), undefined, value);
    const stored = won ? value : await register.read(this.#key(shard));
    this.#cursors.set(shard, { place: placeOf(stored ?? value), stored });
  }

  move(shard: number, place: Place): void {
    const cursor = this.#cursors.get(shard);
    if (!cursor) return;
    cursor.place = place;
    this.#moved.add(shard);
    this.#arm();
  }

  /** Keeps what moved once more; nothing is kept afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#saving;
    await this.#save();
  }

  #arm(): void {
    if (this.#cancel || this.#saving || this.#closed) return;
    const delayMs = this.#failing ? RETRY_MS : this.#around.limits.progressEvery;
    this.#cancel = this.#around.clock.after(delayMs, () => {
      this.#cancel = undefined;
      this.#saving = this.#save().then(() => {
        this.#saving = undefined;
        if (this.#moved.size > 0) this.#arm();
      });
    });
  }

  async #save(): Promise<void> {
    if (!this.#around.lease.open) return;
    const moved = [...this.#moved];
    this.#moved.clear();
    let why: string | undefined;
    await Promise.all(
      moved.map(async (shard) => {
        try {
          await this.#saveOne(shard, this.#cursors.get(shard) as Cursor);
        } catch (error) {
          this.#moved.add(shard);
          why ??= reasonOf(error);
        }
      }),
    );
    this.#tell(why);
  }

  #tell(why: string | undefined): void {
    const { consumer, log } = this.#around;
    const failing = why !== undefined;
    if (failing && !this.#failing) log.warn('cursors are not kept', { consumer, why });
    if (!failing && this.#failing) log.info('cursors are kept again', { consumer });
    this.#failing = failing;
  }

  /**
   * Whoever wrote another value meanwhile, an earlier owner or an answer that got lost, had handled
   * what lies before it; so had we before ours. Ours wins, and no entry is skipped.
   */
  async #saveOne(shard: number, cursor: Cursor): Promise<void> {
    const { register } = this.#around;
    const next = textOf(cursor.place);
    if (await register.compareAndSet(this.#key(shard), cursor.stored, next)) {
      cursor.stored = next;
      return;
    }
    cursor.stored = await register.read(this.#key(shard));
    if (cursor.stored !== next) this.#moved.add(shard);
  }

  #key(shard: number | ''): string {
    return `consumer/${this.#around.consumer}/${shard}`;
  }
}

function textOf({ after, skip }: Place): string {
  return `${after}+${skip}`;
}

function placeOf(value: string): Place {
  const [, after, skip] = /^(\d{1,16})\+(\d{1,16})$/.exec(value) ?? [];
  if (after === undefined) throw new ImError('IM_BUG', { why: `"${value}" is no cursor` });
  return { after: Number(after), skip: Number(skip) };
}
