/** What many runs came to: counts that can be told from thread to thread, and added up. */
import { FAULTS } from './plan.ts';
import type { SeedReport } from './run-seed.ts';
import { SITUATIONS, type Situation } from './situations.ts';

export interface Tallied {
  readonly counts: ReadonlyMap<string, number>;
  readonly commands: number;
  readonly events: number;
  readonly virtualMs: number;
}

function line(count: number, name: string): string {
  return `  ${String(count).padStart(8)} ${name}`;
}

export class Tally {
  /** Faults and situations, by name. */
  readonly #counts = new Map<string, number>();
  commands = 0;
  events = 0;
  virtualMs = 0;

  add({ situations, faults, commands, events, virtualMs }: SeedReport): void {
    const counts = new Map<string, number>(faults);
    for (const name of SITUATIONS) counts.set(name, situations.of(name));
    this.merge({ counts, commands, events, virtualMs });
  }

  merge({ counts, commands, events, virtualMs }: Tallied): void {
    for (const [name, count] of counts) this.#counts.set(name, this.of(name) + count);
    this.commands += commands;
    this.events += events;
    this.virtualMs += virtualMs;
  }

  get told(): Tallied {
    const { commands, events, virtualMs } = this;
    return { counts: this.#counts, commands, events, virtualMs };
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Situations that never came about. */
  get missed(): readonly Situation[] {
    return SITUATIONS.filter((name) => this.of(name) === 0);
  }

  text(seeds: number, elapsedMs: number): string {
    const perSecond = ((seeds / elapsedMs) * 1000).toFixed(1);
    const virtual = `${(this.virtualMs / 3_600_000).toFixed(2)} virtual hours`;
    return [
      `${perSecond} seeds/s; ${this.commands} commands, ${this.events} events, ${virtual}`,
      'faults:',
      ...FAULTS.map((name) => line(this.of(name), name)),
      'situations:',
      ...SITUATIONS.map((name) => line(this.of(name), name)),
    ].join('\n');
  }
}
