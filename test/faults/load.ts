/**
 * What the devices do while faults go on: messages to a friend and to a group, and one user who
 * joins and leaves the group all the time.
 */
import type { FaultDevice } from './fault-device.ts';

export const USERS = ['ann', 'bob', 'cat', 'dan'] as const;
export const DIRECT = 'd/ann/bob';
export const GROUP = 'g/tea';
/** Comes and goes. */
const GUEST = 'dan';

const TICK_MS = 10;
const BURST = 4;
/** Below the window: what is under way when something breaks. */
const OPEN_MAX = 32;
/** Every so many commands, the guest joins or leaves. */
const GUEST_TURNS_EVERY = 15;
const FILLER_MAX = 400;

export function targetsOf(user: string): readonly string[] {
  return user === 'ann' || user === 'bob' ? [DIRECT, GROUP] : [GROUP];
}

export class Load {
  readonly #devices: readonly FaultDevice[];
  readonly #burst: number;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  #guestIsIn = false;

  /** `burst`: commands of each device in a tick, at most. */
  constructor(devices: readonly FaultDevice[], burst = BURST) {
    this.#devices = devices;
    this.#burst = burst;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** As much as may be under way, at once. */
  pulse(): void {
    for (let i = 0; i < OPEN_MAX; i += 1) this.#tick();
  }

  /** Whoever comes and goes comes back. */
  guestStays(): void {
    const guest = this.#devices.find(({ user }) => user === GUEST);
    if (guest === undefined || this.#guestIsIn) return;
    if (guest.client.state === 'closed') guest.start();
    this.#turn(guest);
  }

  /** One more message of each to everybody. */
  farewell(): void {
    for (const device of this.#devices)
      for (const target of targetsOf(device.user)) this.#say(device, target);
  }

  /** One command of each in a conversation that nobody has used: a group of nobody else. */
  aside(): void {
    for (const device of this.#devices) {
      this.#count += 1;
      device.act(`g/aside-${this.#count}`, 'group.create', { title: 'Aside' });
    }
  }

  #tick(): void {
    for (const device of this.#devices) {
      if (device.client.state === 'closed') device.start();
      for (let i = 0; i < this.#burst && device.open < OPEN_MAX; i += 1) this.#one(device);
    }
  }

  #one(device: FaultDevice): void {
    const targets = targetsOf(device.user);
    if (device.user === GUEST && this.#count % GUEST_TURNS_EVERY === 0) this.#turn(device);
    this.#say(device, targets[this.#count % targets.length] ?? GROUP);
  }

  /** While the guest is out, what it says is refused. */
  #turn(guest: FaultDevice): void {
    guest.act(GROUP, this.#guestIsIn ? 'group.leave' : 'group.join');
    this.#guestIsIn = !this.#guestIsIn;
  }

  /** Unlike any other text, so that what is delivered shows where it came from. */
  #say(device: FaultDevice, target: string): void {
    this.#count += 1;
    const filler = 'x'.repeat((this.#count * 97) % FILLER_MAX);
    device.send(target, `${device.name} ${this.#count} ${filler}`);
  }
}
