/**
 * Which acknowledgements are due: cumulative, the newest per conversation, gathered; and which are
 * not proven to be kept, so that they are due again with the next connection. A state machine
 * without input or output.
 */
import type { UpTo } from '../core/wire/frames.ts';
import type { OutboxState } from './outbox.ts';

class Marker {
  readonly #positions = new Map<string, number>();
  readonly #due = new Set<string>();
  /** Conversations whose position the server may have lost. */
  readonly #unproven = new Set<string>();

  load(positions: ReadonlyMap<string, number>): void {
    for (const [conversation, position] of positions) {
      this.#positions.set(conversation, position);
      this.#unproven.add(conversation);
    }
  }

  get unproven(): ReadonlySet<string> {
    return this.#unproven;
  }

  /** False: no news. */
  raise(conversation: string, position: number): boolean {
    if (position <= (this.#positions.get(conversation) ?? 0)) return false;
    this.#positions.set(conversation, position);
    this.#unproven.add(conversation);
    this.#due.add(conversation);
    return true;
  }

  repeat(conversation: string): void {
    if (this.#positions.has(conversation)) this.#due.add(conversation);
  }

  repeatUnproven(): void {
    for (const conversation of this.#unproven) this.#due.add(conversation);
  }

  /** The server has kept all up to there. */
  proven(conversation: string, position: number): void {
    if (position >= (this.#positions.get(conversation) ?? 0)) this.#unproven.delete(conversation);
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
    this.#unproven.clear();
  }
}

export class Acks {
  readonly received = new Marker();
  readonly read = new Marker();

  load(state: Pick<OutboxState, 'received' | 'read'>): void {
    this.received.load(state.received);
    this.read.load(state.read);
  }

  /** RECEIVEDs and READs that the server may have lost. */
  get unproven(): number {
    return this.received.unproven.size + this.read.unproven.size;
  }

  /** After WELCOME the newest are due again, but for those that are proven to be kept. */
  repeatUnproven(): void {
    this.received.repeatUnproven();
    this.read.repeatUnproven();
  }

  forget(): void {
    this.received.forget();
    this.read.forget();
  }
}
