/** What is wrong with each guard and consumer just now: it comes and goes until all faults end. */
import type { Ailing, Trouble } from './effects-plan.ts';
import type { Prng } from './prng.ts';
import type { World } from './world.ts';

export class Ailments {
  readonly #world: World;
  readonly #prng: Prng;
  readonly #now = new Map<string, Trouble>();
  #over = false;

  constructor(world: World, prng: Prng) {
    this.#world = world;
    this.#prng = prng;
    const { guards, consumers } = world.plan.effects;
    for (const plan of [...guards, ...consumers]) this.#next(plan);
  }

  of(name: string): Trouble | undefined {
    return this.#now.get(name);
  }

  /** Everything works from now on. */
  stop(): void {
    this.#over = true;
    this.#now.clear();
  }

  #next(plan: Ailing & { readonly name: string }): void {
    if (plan.troubles.length === 0) return;
    this.#after(plan.everyMs, () => {
      const trouble = this.#prng.pick(plan.troubles);
      this.#world.say('faults', `${plan.name} ${trouble}`);
      this.#now.set(plan.name, trouble);
      this.#after(plan.lastsMs, () => {
        this.#world.say('faults', `${plan.name} works again`);
        this.#now.delete(plan.name);
        this.#next(plan);
      });
    });
  }

  #after(meanMs: number, run: () => void): void {
    this.#world.clock.after(this.#prng.exponential(meanMs), 'faults', () => {
      if (!this.#over) run();
    });
  }
}
