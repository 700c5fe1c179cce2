/** Who is here: users, their devices, and the one live session of each. */
import type { Session } from './session.ts';

/** A device with a session, or with commands of an earlier session that are not settled yet. */
export class DeviceSeat {
  readonly user: string;
  readonly device: string;
  session: Session | undefined;
  /** Commands handed in by any session of this device and not answered yet. */
  unsettled = 0;
  readonly #unused: (seat: DeviceSeat) => void;
  /** Ends the wait of the session that waits. */
  #settled: () => void = () => undefined;

  /** `unused` is called when the last command is settled and no session is here any more. */
  constructor(user: string, device: string, unused: (seat: DeviceSeat) => void) {
    this.user = user;
    this.device = device;
    this.#unused = unused;
  }

  settle(): void {
    this.unsettled -= 1;
    if (this.unsettled > 0) return;
    this.#settled();
    this.#settled = () => undefined;
    if (!this.session) this.#unused(this);
  }

  /**
   * Resolves when everything that was handed in is accepted, or never will be; or when another
   * session waits instead: a device that comes again and again while the store is away, and a
   * command waits for it, must not leave one more waiting behind each time.
   */
  whenSettled(): Promise<void> {
    if (this.unsettled === 0) return Promise.resolve();
    this.#settled();
    return new Promise((resolve) => (this.#settled = resolve));
  }
}

export class Directory {
  readonly #users = new Map<string, Map<string, DeviceSeat>>();
  readonly #addresses = new Map<string, number>();
  readonly sessions = new Set<Session>();
  /** Of these, those that were welcomed. */
  welcomed = 0;

  /** The seat of a device, made if need be. */
  seat(user: string, device: string): DeviceSeat {
    let devices = this.#users.get(user);
    if (!devices) this.#users.set(user, (devices = new Map()));
    let seat = devices.get(device);
    if (!seat) {
      seat = new DeviceSeat(user, device, (unused) => this.release(unused));
      devices.set(device, seat);
    }
    return seat;
  }

  /** Forgets a seat that nobody uses. */
  release(seat: DeviceSeat): void {
    if (seat.session || seat.unsettled > 0) return;
    const devices = this.#users.get(seat.user);
    if (devices?.get(seat.device) !== seat) return;
    devices.delete(seat.device);
    if (devices.size === 0) this.#users.delete(seat.user);
  }

  /** The seats of a user; some may have no session. */
  seatsOf(user: string): Iterable<DeviceSeat> {
    return this.#users.get(user)?.values() ?? [];
  }

  *sessionsOf(user: string): Iterable<Session> {
    for (const seat of this.seatsOf(user)) if (seat.session?.live) yield seat.session;
  }

  /** True if a session of the user is live. */
  isHere(user: string): boolean {
    for (const seat of this.seatsOf(user)) if (seat.session?.live) return true;
    return false;
  }

  /** The user's sessions that hold a seat, whether welcomed yet or not. */
  countOf(user: string): number {
    let count = 0;
    for (const seat of this.seatsOf(user)) if (seat.session) count += 1;
    return count;
  }

  /** Connections from the network address (without its port) of a peer, this one included. */
  arrive(address: string): number {
    const host = hostOf(address);
    const count = (this.#addresses.get(host) ?? 0) + 1;
    this.#addresses.set(host, count);
    return count;
  }

  depart(address: string): void {
    const host = hostOf(address);
    const count = (this.#addresses.get(host) ?? 1) - 1;
    if (count > 0) this.#addresses.set(host, count);
    else this.#addresses.delete(host);
  }
}

function hostOf(address: string): string {
  const colon = address.lastIndexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}
