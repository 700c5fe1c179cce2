/** Everybody who chats while faults go on, what they do, and what is written down of it. */
import type { ClientLimits } from '../../client/limits.ts';
import { Situations } from '../sim/situations.ts';
import { CountingRecorder } from './counting-recorder.ts';
import { FaultDevice, type DeviceParts } from './fault-device.ts';
import type { Ground } from './ground.ts';
import { GROUP, Load, targetsOf, USERS } from './load.ts';
import { leftAfter, until } from './until.ts';

export interface CastParts extends Pick<DeviceParts, 'spoil' | 'linger'> {
  readonly ground: Ground;
  /** Where the devices of a scheme, such as `tcp:`, connect. */
  readonly addresses: (scheme: string) => readonly string[];
  /** From an address of those to the one to dial now; default: itself. */
  readonly dial?: (scheme: string, address: string) => string;
  readonly limits?: Partial<ClientLimits>;
  /** Commands of each device in 10 ms, at most. */
  readonly burst?: number;
}

const ONLINE_MS = 10_000;
const ANSWERS_MS = 30_000;

const CAST: readonly (readonly [user: string, device: string, scheme: string])[] = [
  ['ann', 'phone', 'tcp:'],
  ['ann', 'desk', 'ws:'],
  ['bob', 'phone', 'tcp:'],
  ['cat', 'phone', 'ws:'],
  ['dan', 'phone', 'tcp:'],
];

export class Cast {
  readonly recorder = new CountingRecorder();
  readonly situations = new Situations();
  readonly devices: readonly FaultDevice[];
  readonly load: Load;

  constructor({ ground, addresses, dial, burst, ...parts }: CastParts) {
    const { recorder, situations } = this;
    this.devices = CAST.map(([user, device, scheme]) => {
      return new FaultDevice({
        ...parts,
        user,
        device,
        token: ground.token(user),
        recorder,
        situations,
        addresses: () => addresses(scheme),
        ...(dial && { dial: (address: string) => dial(scheme, address) }),
      });
    });
    this.load = new Load(this.devices, burst);
  }

  /** Commands without an answer. */
  get open(): number {
    return this.devices.reduce((sum, { open }) => sum + open, 0);
  }

  /** Everybody is there before anything is said: so everything is for everybody. */
  async begin(): Promise<void> {
    for (const device of this.devices) device.start();
    await until('everybody is online', ONLINE_MS, () =>
      this.devices.every(({ client }) => client.state === 'online'),
    );
    const [maker] = this.devices;
    const members = USERS.filter((user) => user !== 'ann' && user !== 'dan');
    const fields = { user: members, title: 'Tea', open: 1 };
    const made = maker?.act(GROUP, 'group.create', fields);
    await until('a group', ANSWERS_MS, () => made?.state === 'accepted');
  }

  /** The load goes on until so many more were accepted. `look` throws if they cannot be. */
  async answers(count: number, look: () => void): Promise<void> {
    const goal = this.recorder.accepted + count;
    this.load.start();
    await until(`${count} answers`, ANSWERS_MS, () => {
      look();
      return this.recorder.accepted >= goal;
    });
  }

  /**
   * The faults are over: everybody must come to rest with everything done. The guest is back
   * before the others say their last, so that it is for all. Resolves to what is left undone.
   */
  async rest(limitMs: number): Promise<string | undefined> {
    this.load.stop();
    const endMs = performance.now() + limitMs;
    const restsBefore = (left: (device: FaultDevice) => string | undefined) =>
      leftAfter(endMs - performance.now(), () => this.#firstLeft(left));
    this.load.guestStays();
    const open = await restsBefore(({ unfinished }) => unfinished);
    if (open !== undefined) return open;
    this.load.farewell();
    return restsBefore((device) => device.unfinished ?? this.#unhandled(device));
  }

  async close(): Promise<void> {
    this.load.stop();
    for (const device of this.devices) await device.close();
  }

  /** What the first one who has something left to do has left. */
  #firstLeft(left: (device: FaultDevice) => string | undefined): string | undefined {
    for (const device of this.devices) {
      device.start();
      const open = left(device);
      if (open !== undefined) return open;
    }
    return undefined;
  }

  /** The last entry of the others, as far as they were told where it stands. */
  #unhandled(device: FaultDevice): string | undefined {
    for (const conversation of targetsOf(device.user)) {
      const others = this.devices.filter((other) => other !== device);
      const last = Math.max(...others.map(({ placed }) => placed.get(conversation) ?? 0));
      const handled = device.handled.get(conversation) ?? 0;
      if (handled < last) return `${device.name} has ${conversation} up to ${handled} of ${last}`;
    }
    return undefined;
  }
}
