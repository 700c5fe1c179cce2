/** A real server, its devices, the load on them, and the judgement of everything that happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { judge } from '../sim/checks/index.ts';
import type { Violation } from '../sim/history.ts';
import { Situations } from '../sim/situations.ts';
import { CountingRecorder } from './counting-recorder.ts';
import { FaultDevice } from './fault-device.ts';
import type { Findings } from './fault-rig.ts';
import type { Ground } from './ground.ts';
import { GROUP, Load, targetsOf, USERS } from './load.ts';
import { freeze } from './processes.ts';
import { sqliteIn, type StageStore } from './stage-store.ts';
import { undoneAtExit } from './undone.ts';
import { leftAfter, until } from './until.ts';

export interface StageParts {
  readonly ground: Ground;
  /** Made from the folder of the stage; default: sqlite, in there. */
  readonly store?: (folder: string) => StageStore;
  /** Limits of the server that differ. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Between the devices and the server: from the server's address to the one to dial. */
  readonly via?: (address: string) => string;
  readonly spoil?: () => (bytes: Uint8Array) => Uint8Array;
}

const READY_MS = 10_000;
const ANSWERS_MS = 30_000;
/** P11: so long after the last fault everybody has done everything. */
const REST_MS = 15_000;

const CAST: readonly (readonly [user: string, device: string, scheme: string])[] = [
  ['ann', 'phone', 'tcp:'],
  ['ann', 'desk', 'ws:'],
  ['bob', 'phone', 'tcp:'],
  ['cat', 'phone', 'ws:'],
  ['dan', 'phone', 'tcp:'],
];

/** Short times, so that dead connections are noticed within a round. */
const LIMITS = { heartbeat: '1s', retransmit: '500ms', ackTimeout: '10s', sendTimeout: '5s' };

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export class Stage {
  readonly recorder = new CountingRecorder();
  readonly situations = new Situations();
  readonly server: ServerProcess;
  readonly devices: readonly FaultDevice[];
  readonly load: Load;
  readonly #store: StageStore;
  readonly #via: (address: string) => string;
  readonly #undone: () => void;
  readonly #failures: Violation[] = [];
  #addresses: readonly string[] = [];
  #drained = false;
  #underWay = 0;

  constructor(parts: StageParts) {
    const { ground, spoil, via = (address) => address } = parts;
    const limits = { ...LIMITS, ...parts.limits };
    const folder = mkdtempSync(join(ground.folder, 'stage-'));
    this.#via = via;
    this.#store = (parts.store ?? sqliteIn)(folder);
    const persistence = this.#store.settings;
    const differences: Differences = { persistence, limits, log: { level: 'info' } };
    this.server = new ServerProcess(folder, ground.keyFile, differences);
    const { recorder, situations } = this;
    this.devices = CAST.map(([user, device, scheme]) => {
      const address = (): string => this.#address(scheme);
      const token = ground.token(user);
      return new FaultDevice({ user, device, token, recorder, situations, address, spoil });
    });
    this.load = new Load(this.devices);
    this.#undone = undoneAtExit(() => this.#end());
  }

  /** Everybody is there before anything is said: so everything is for everybody. */
  async begin(): Promise<void> {
    await this.startServer();
    for (const device of this.devices) device.start();
    await until('everybody is online', READY_MS, () =>
      this.devices.every(({ client }) => client.state === 'online'),
    );
    const [maker] = this.devices;
    const members = USERS.filter((user) => user !== 'ann' && user !== 'dan');
    const fields = { user: members, title: 'Tea', open: 1 };
    await maker?.act(GROUP, 'group.create', fields).accepted;
  }

  async startServer(): Promise<void> {
    await this.server.start();
    this.#addresses = this.server.addresses;
    this.#note('started', '');
  }

  /** SIGSTOP: when it resolves, the process says nothing more. Nothing happens if it is gone. */
  async freeze(): Promise<void> {
    const { pid } = this.server;
    // Its main thread alone speaks to clients.
    if (pid !== undefined) await freeze(pid);
  }

  /** SIGKILL; legal after the process has ended by itself. */
  async kill(): Promise<void> {
    this.#underWay += this.devices.reduce((sum, { open }) => sum + open, 0);
    await this.server.kill();
    this.#note('crashed', 'killed');
  }

  /**
   * Starts, and ends so soon that it may still be recovering. `end`: what makes an end of it.
   */
  async startInVain(endsAfterMs: number, end: () => Promise<void>): Promise<void> {
    const starting = this.server.start().catch(() => undefined);
    await pause(endsAfterMs);
    await end();
    await starting;
  }

  /** The load goes on until so many more were accepted. Throws if the server ends meanwhile. */
  async answers(count: number): Promise<void> {
    const goal = this.recorder.accepted + count;
    this.load.start();
    await until(`${count} answers\n${this.server.output}`, ANSWERS_MS, () => {
      if (!this.server.running) throw new Error(`the server ended\n${this.server.output}`);
      return this.recorder.accepted >= goal;
    });
  }

  /** A rig whose server only ever ended idle has tried nothing. */
  expectUnderWay(): void {
    if (this.#underWay === 0) this.fail('rig', 'no command was under way when the server ended');
  }

  /** Every answer was to say this of its durability, and nothing else. */
  expectPromised(durability: string): void {
    const said = [...new Set(this.devices.flatMap(({ promised }) => [...promised]))];
    if (said.join() !== durability)
      this.fail('rig', `it promised ${said.join()}, not ${durability}`);
  }

  /** Notes that something is wrong which no history shows. */
  fail(promise: string, why: string): void {
    this.#failures.push({ promise, why, events: [] });
  }

  /**
   * The faults are over: everybody must come to rest with everything done, in time. The guest is
   * back before the others say their last, so that it is for all.
   */
  async rest(limitMs = REST_MS): Promise<void> {
    this.load.stop();
    const endMs = performance.now() + limitMs;
    const restsBefore = (left: (device: FaultDevice) => string | undefined) =>
      leftAfter(endMs - performance.now(), () => this.#firstLeft(left));
    this.load.guestStays();
    let open = await restsBefore(({ unfinished }) => unfinished);
    if (open === undefined) {
      this.load.farewell();
      open = await restsBefore((device) => device.unfinished ?? this.#unhandled(device));
    }
    if (open !== undefined) this.fail('P11', `${limitMs / 1000} s after all faults ended, ${open}`);
  }

  /** Ends everything in order, and reads the log. */
  async end(): Promise<void> {
    this.load.stop();
    for (const device of this.devices) await device.close();
    await this.server.stop();
    this.#note('stopped', '');
    await this.drain();
  }

  /** Reads the log past the product; once, when the server is gone. */
  async drain(): Promise<void> {
    this.#drained = true;
    this.recorder.add(await this.#store.readLog());
  }

  /** The same after something went wrong: perhaps there is nothing to read. */
  async drainIfItCan(): Promise<void> {
    try {
      await this.drain();
    } catch (error) {
      this.fail('rig', textOf(error));
    }
  }

  findings(): Findings {
    if (!this.#drained) throw new Error('the log was never read');
    const { accepted, repeated, history } = this.recorder;
    return { accepted, repeated, violations: [...this.#failures, ...judge(history)], history };
  }

  /** Whatever happened: no process, no timer and no socket is left. */
  async clear(): Promise<void> {
    this.load.stop();
    for (const device of this.devices) await device.close();
    await this.server.kill();
    this.#undone();
    rmSync(this.server.folder, { recursive: true, force: true });
  }

  /** At once; a stopped process too. */
  #end(): void {
    if (this.server.pid !== undefined) process.kill(this.server.pid, 'SIGKILL');
  }

  #address(scheme: string): string {
    const address = this.#addresses.find((one) => one.startsWith(scheme));
    if (address === undefined) throw new Error(`the server does not listen on ${scheme}`);
    return this.#via(address);
  }

  #note(what: 'started' | 'crashed' | 'stopped', detail: string): void {
    this.recorder.add({ type: 'node', what, detail });
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

/**
 * Plays on a stage that is cleared afterwards, whatever happens. What throws is a violation of
 * `rig`, beside those that the history shows.
 */
export async function onStage(
  parts: StageParts,
  play: (stage: Stage) => Promise<void>,
): Promise<Findings> {
  const stage = new Stage(parts);
  try {
    await play(stage);
    return stage.findings();
  } catch (error) {
    stage.fail('rig', textOf(error));
    await stage.kill();
    await stage.drainIfItCan();
    return stage.findings();
  } finally {
    await stage.clear();
  }
}
