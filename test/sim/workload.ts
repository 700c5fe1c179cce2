/**
 * What the users do: messages in direct conversations and groups, acts that often make no sense,
 * and reading.
 */
import type { SimDevice, Wish } from './sim-device.ts';
import type { Prng } from './prng.ts';
import type { World } from './world.ts';

const GROUP_ACTS = [
  'group.join',
  'group.join',
  'group.leave',
  'group.add',
  'group.add',
  'group.remove',
  'group.rename',
  'group.promote',
  'group.demote',
  'group.create',
] as const;
const FRIEND_ACTS = ['friend.request', 'friend.accept', 'friend.reject', 'friend.remove'] as const;
/** The longest text: above a small high-water mark, far below a frame. */
const TEXT_MAX = 3_000;

function directOf(a: string, b: string): string {
  return a < b ? `d/${a}/${b}` : `d/${b}/${a}`;
}

export class Workload {
  readonly #world: World;
  readonly #devices: readonly SimDevice[];
  readonly #prng: Prng;
  #handedIn = 0;
  #over = false;

  constructor(world: World, devices: readonly SimDevice[], prng: Prng) {
    this.#world = world;
    this.#devices = devices;
    this.#prng = prng;
    for (const device of devices) this.#begin(device);
  }

  /** Commands that clients took. */
  get handedIn(): number {
    return this.#handedIn;
  }

  get done(): boolean {
    return this.#handedIn >= this.#world.plan.commands;
  }

  stop(): void {
    this.#over = true;
  }

  /**
   * One more message of each device to everybody it knows, after the faults: they must all get
   * through.
   */
  farewell(): void {
    for (const device of this.#devices) this.#hand(device, this.#message(device));
  }

  #begin(device: SimDevice): void {
    this.#world.clock.after(device.plan.comesAtMs, device.actor, () => {
      device.start();
      if (device === this.#devices[0]) this.#makeGroups(device);
      this.#next(device);
    });
  }

  /** Groups exist early, or most commands would be refused. */
  #makeGroups(device: SimDevice): void {
    const { groups, users } = this.#world.plan;
    for (const to of groups) {
      const others = users.filter((user) => user !== device.plan.user);
      const user = this.#prng.some(others, 0.6);
      const fields = { user, title: to, ...(this.#prng.chance(0.7) ? { open: 1 } : {}) };
      this.#hand(device, { to, action: 'group.create', fields });
    }
  }

  #next(device: SimDevice): void {
    const { clock, plan } = this.#world;
    clock.after(this.#prng.exponential(plan.thinkMs), device.actor, () => {
      if (this.#over || this.done) return;
      this.#act(device);
      this.#next(device);
    });
  }

  #act(device: SimDevice): void {
    const prng = this.#prng;
    if (prng.chance(0.1)) return device.read((conversations) => prng.pick(conversations));
    const count = prng.chance(this.#world.plan.burst) ? prng.between(5, 50) : 1;
    for (let i = 0; i < count; i += 1) this.#hand(device, this.#wish(device));
  }

  #hand(device: SimDevice, wish: Wish): void {
    if (device.invoke(wish)) this.#handedIn += 1;
  }

  #wish(device: SimDevice): Wish {
    const prng = this.#prng;
    if (!prng.chance(this.#world.plan.acts)) return this.#message(device);
    return prng.chance(0.8) ? this.#groupAct() : this.#friendAct(device);
  }

  #message(device: SimDevice): Wish {
    const { users, groups } = this.#world.plan;
    const prng = this.#prng;
    const to = prng.chance(0.5) ? directOf(device.plan.user, prng.pick(users)) : prng.pick(groups);
    return { to, text: this.#text(device) };
  }

  /** Unlike any other, so that what is delivered shows where it came from; sometimes empty. */
  #text(device: SimDevice): string {
    const prng = this.#prng;
    if (prng.chance(0.02)) return '';
    const length = prng.chance(0.1) ? prng.below(TEXT_MAX) : prng.below(40);
    return `${device.actor} ${this.#handedIn} ü ${'x'.repeat(length)}`;
  }

  #groupAct(): Wish {
    const { users, groups } = this.#world.plan;
    const prng = this.#prng;
    const action = prng.pick(GROUP_ACTS);
    const to = prng.pick(groups);
    if (action === 'group.join' || action === 'group.leave') return { to, action, fields: {} };
    if (action === 'group.rename')
      return { to, action, fields: { title: `title ${this.#handedIn}` } };
    const title = action === 'group.create' ? { title: to } : {};
    return { to, action, fields: { user: prng.some(users, 0.2), ...title } };
  }

  #friendAct(device: SimDevice): Wish {
    const prng = this.#prng;
    const other = prng.pick(this.#world.plan.users);
    const to = directOf(device.plan.user, other);
    return { to, action: prng.pick(FRIEND_ACTS), fields: {} };
  }
}
