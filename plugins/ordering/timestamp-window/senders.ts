/** The devices that wrote into a conversation lately. */
import type { Placing } from 'im-kernel/contract';

/** "Of late" is this many messages of a device, and as many again at most. */
const LATELY = 128;

export class Sender {
  /** The order of its last message; 0: none. */
  last = 0;
  #count = 0;
  /** The smallest acceptedAt - sentAt, in ms, of this count and of the one before. */
  #fastestMs = Infinity;
  #beforeMs = Infinity;

  /**
   * How much slower this message came than the fastest of late, in ms: so it does not matter how
   * wrong the device's clock is.
   */
  slowerMs({ acceptedAt, sentAt }: Placing): number {
    const offsetMs = acceptedAt - sentAt;
    if (this.#count === LATELY) {
      this.#beforeMs = this.#fastestMs;
      this.#fastestMs = Infinity;
      this.#count = 0;
    }
    this.#count += 1;
    this.#fastestMs = Math.min(this.#fastestMs, offsetMs);
    return offsetMs - Math.min(this.#fastestMs, this.#beforeMs);
  }
}

export class Senders {
  readonly #users = new Map<string, Map<string, Sender>>();
  size = 0;

  of({ user, device }: Placing): Sender {
    let devices = this.#users.get(user);
    if (!devices) this.#users.set(user, (devices = new Map<string, Sender>()));
    let sender = devices.get(device);
    if (sender) return sender;
    sender = new Sender();
    devices.set(device, sender);
    this.size += 1;
    return sender;
  }

  /** Forgets those whose last order is at or below `floor`: anything new lies above it anyway. */
  forget(floor: number): void {
    for (const [user, devices] of this.#users) {
      for (const [device, { last }] of devices) {
        if (last > floor) continue;
        devices.delete(device);
        this.size -= 1;
      }
      if (devices.size === 0) this.#users.delete(user);
    }
  }
}
