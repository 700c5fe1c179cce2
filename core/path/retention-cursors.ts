/**
 * How far the bodies of each shard are retired, kept in the store's register. A cursor that was not
 * kept is no harm: what lies behind it is looked at once more.
 */
import type { Register } from '../contract/index.ts';

const PREFIX = 'retention/';
const LIST_PAGE = 500;

export class RetentionCursors {
  readonly #register: Register;
  /** As the store has them. */
  readonly #stored = new Map<number, string>();
  #loaded = false;

  constructor(register: Register) {
    this.#register = register;
  }

  /** Reads them once; rejects as the store does, and can be called again then. */
  async load(): Promise<void> {
    for (let after = ''; !this.#loaded;) {
      const page = await this.#register.list(PREFIX, after, LIST_PAGE);
      for (const { key, value } of page) {
        this.#stored.set(Number(key.slice(PREFIX.length)), value);
      }
      after = page.at(-1)?.key ?? after;
      this.#loaded = page.length < LIST_PAGE;
    }
  }

  get(shard: number): number {
    return Number(this.#stored.get(shard) ?? 0);
  }

  /** Where another owner wrote meanwhile, its cursor is as good as ours, and stays. */
  async keep(shard: number, cursor: number): Promise<void> {
    if (cursor === this.get(shard)) return;
    const key = `${PREFIX}${shard}`;
    const next = String(cursor);
    const won = await this.#register.compareAndSet(key, this.#stored.get(shard), next);
    const stored = won ? next : await this.#register.read(key);
    if (stored !== undefined) this.#stored.set(shard, stored);
  }
}
