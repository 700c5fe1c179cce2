/**
 * What the devices remember that their people have read: it must stand in the store in the end,
 * whatever crashed in between (P17: the client's repeat mends that).
 */
import type { ClientLimits } from '../../client/index.ts';
import type { Violation } from './history.ts';
import type { SeenMarks } from './node-history.ts';
import type { DeviceMemory } from './sim-outbox.ts';

export class Readings {
  readonly #seed: number;
  readonly #memories = new Map<string, { readonly user: string; readonly memory: DeviceMemory }>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * Bounds of the clients, by turns so small that what happens beyond them happens. By the seed
   * alone: drawn by chance, they would make another run of every seed.
   */
  get limits(): Partial<ClientLimits> {
    const marksRepeated = [64, 0, 2][Math.floor(this.#seed / 3) % 3] ?? 64;
    return { marksRepeated, retryTokens: [10, 0, 1][this.#seed % 3] ?? 10 };
  }

  /** This is where the device's next process goes on from. */
  follow({ user, device }: { user: string; device: string }, memory: DeviceMemory): void {
    this.#memories.set(`${user} ${device}`, { user, memory });
  }

  /** What people have read by their devices, and not by the store. */
  lost(log: string, marks: readonly SeenMarks[]): readonly Violation[] {
    const found: Violation[] = [];
    for (const { user, memory } of this.#memories.values()) {
      if (memory.state.log !== log) continue;
      for (const [conversation, position] of memory.state.read) {
        const mark = marks.find((one) => one.user === user && one.conversation === conversation);
        if ((mark?.read ?? 0) >= position) continue;
        const why = `${user} has read ${conversation} up to ${position}, and the store forgot it`;
        found.push({ promise: 'P17', why, events: [] });
      }
    }
    return found;
  }
}
