/**
 * Which acknowledgements are due: cumulative, the newest per conversation, gathered. A state
 * machine without input or output.
 */
import type { UpTo } from '../core/wire/frames.ts';
import type { OutboxState } from './outbox.ts';

class Marker {
  readonly #positions = new Map<string, number>();
  readonly #due = new Set<string>();

  load(positions: ReadonlyMap<string, number>): void {
    for (const [conversation, position] of positions) this.#positions.set(conversation, position);
  }

  /** False: no news. */
  raise(conversation: string, position: number): boolean {
    if (position <= (this.#positions.get(conversation) ?? 0)) return false;
    this.#positions.set(conversation, position);
    this.#due.add(conversation);
    return true;
  }

  repeat(conversation: string): void {
    if (this.#positions.has(conversation)) this.#due.add(conversation);
  }

  repeatAll(): void {
    for (const conversation of this.#positions.keys()) this.#due.add(conversation);
  }

  take(limit: number): UpTo[] {
    const upTo: UpTo[] = [];
    for (const conversation of this.#due) {
      if (upTo.length === limit) break;
      this.#due.delete(conversation);
      upTo.push({ conversation, position: this.#positions.get(conversation) ?? 0 });
    }
    return upTo;
  }

  forget(): void {
    this.#positions.clear();
    this.#due.clear();
  }
}

export class Acks {
  readonly received = new Marker();
  readonly read = new Marker();

  load(state: Pick<OutboxState, 'received' | 'read'>): void {
    this.received.load(state.received);
    this.read.load(state.read);
  }

  /** After WELCOME the newest of all are due again. */
  repeatAll(): void {
    this.received.repeatAll();
    this.read.repeatAll();
  }

  forget(): void {
    this.received.forget();
    this.read.forget();
  }
}
