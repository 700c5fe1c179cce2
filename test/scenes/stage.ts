/** What a scene is played on: one server process, and the devices that the story names. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Device } from './device.ts';
import type { Way } from './raw-connection.ts';
import { ServerProcess, type Differences } from './server-process.ts';

/** Tokens of the key that all scenes share, so that each is made once. */
export interface Tokens {
  readonly keyFile: string;
  readonly of: Map<string, Promise<string>>;
}

export class Stage {
  readonly way: Way;
  readonly server: ServerProcess;
  readonly #devices = new Map<string, Device>();
  readonly #tokens: Tokens;

  constructor(way: Way, tokens: Tokens, differences: Differences) {
    this.way = way;
    this.#tokens = tokens;
    const folder = mkdtempSync(join(tmpdir(), 'im-scene-'));
    this.server = new ServerProcess(folder, tokens.keyFile, differences);
  }

  /** `ann` or `ann's phone`. */
  device(who: string): Device {
    const [user = '', name = 'main'] = who.split("'s ");
    const known = this.#devices.get(who) ?? new Device(user, name);
    this.#devices.set(who, known);
    return known;
  }

  token(user: string): Promise<string> {
    const made = this.#tokens.of.get(user) ?? this.server.token(user);
    this.#tokens.of.set(user, made);
    return made;
  }

  async connect(who: string): Promise<Device> {
    const device = this.device(who);
    await device.connect(this.way, this.server.addresses, await this.token(device.user));
    return device;
  }

  /** Ends the server so or so, and waits until every device has noticed. */
  async end(how: 'kill' | 'stop'): Promise<void> {
    await this.server[how]();
    for (const device of this.#devices.values()) await device.gone();
  }

  /**
   * Ends well: nobody was told anything that the scene did not say, and the server stops by itself.
   */
  async close(): Promise<void> {
    for (const [who, device] of this.#devices) {
      if (!device.connection || device.connection.closed || !this.server.running) continue;
      await device.barrier();
      const left = device.inbox.map((one) => `${one.kind ?? 'message'} ${one.position}`);
      if (left.length > 0) throw new Error(`${who} was also told ${left.join(', ')}`);
    }
    await this.server.stop();
  }

  /** Whatever happened: no process, no socket and no file is left. */
  async clear(): Promise<void> {
    for (const device of this.#devices.values()) device.connection?.cut();
    await this.server.kill();
    rmSync(this.server.folder, { recursive: true, force: true });
  }
}
