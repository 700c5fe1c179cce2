/** A conversation whose entries a timestamp-window places: one after another, kept or not. */
import type { Ordering, Placing, Standing } from 'im-kernel/contract';
import { fakeClock, orderingHost } from 'im-kernel/kit';
import plugin from '../../../plugins/ordering/timestamp-window/index.ts';
import { windowSettings } from './window-settings.ts';

export interface Message {
  readonly user?: string;
  readonly device?: string;
  readonly sentAt: number;
  /** When the server takes it, ms after the stage began. */
  readonly at: number;
  /** False: its batch fails, and is never seen again. */
  readonly kept?: boolean;
}

export interface Entry extends Placing {
  readonly order: number;
}

export class WindowStage {
  readonly clock = fakeClock();
  readonly startMs = this.clock.now();
  readonly host = orderingHost({ clock: this.clock });
  readonly entries: Entry[] = [];
  readonly #settings;
  readonly #numbers = new Map<string, number>();
  ordering: Ordering;
  #standing: { acceptedAt: number } = { acceptedAt: 0 };

  constructor(settings: Parameters<typeof windowSettings>[0]) {
    this.#settings = windowSettings(settings);
    this.ordering = plugin.create(this.#settings, this.host);
  }

  get last(): Entry | undefined {
    return this.entries.at(-1);
  }

  say({ user = 'ann', device = 'phone', sentAt, at, kept = true }: Message): Entry {
    this.clock.advance(at - this.clock.monotonic());
    const key = `${user} ${device}`;
    const number = (this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.set(key, number);
    const acceptedAt = Math.max(this.last?.acceptedAt ?? 0, this.clock.now());
    const position = this.entries.length + 1;
    const placing = { conversation: 'g/tea', position, user, device, number, sentAt, acceptedAt };
    const lastOrder = (): number => this.last?.order ?? 0;
    const standing = (): Standing => this.#standing;
    const orders = this.ordering.place([placing], lastOrder, standing) as readonly number[];
    const entry = { ...placing, order: orders[0] ?? 0 };
    if (!kept) return entry;
    this.entries.push(entry);
    this.#standing.acceptedAt = acceptedAt;
    return entry;
  }

  /** The conversation is read anew: nothing is remembered of it. */
  readAnew(): void {
    this.#standing = { ...this.#standing };
  }

  /** The server ends and another one begins. */
  restart(): void {
    this.readAnew();
    this.ordering = plugin.create(this.#settings, this.host);
  }
}
