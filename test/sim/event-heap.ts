/**
 * A binary heap of events, earliest first; those of one moment in the sequence in which they were
 * made.
 */

export interface TimedEvent {
  readonly atUs: number;
  readonly serial: number;
  readonly actor: string;
  /** Undefined once cancelled. */
  run: (() => void) | undefined;
}

function before(a: TimedEvent, b: TimedEvent): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.serial < b.serial);
}

export class EventHeap {
  readonly #items: TimedEvent[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(event: TimedEvent): void {
    const items = this.#items;
    let at = items.length;
    items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as TimedEvent;
      if (!before(event, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = event;
  }

  pop(): TimedEvent | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      const right = items[child + 1];
      if (right !== undefined && before(right, items[child] as TimedEvent)) child += 1;
      const below = items[child] as TimedEvent;
      if (!before(below, last)) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
