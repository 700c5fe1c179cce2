/** A real server, its devices, the load on them, and the judgement of everything that happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess, type Differences } from '../scenes/server-process.ts';
import { judge } from '../sim/checks/index.ts';
import type { Violation } from '../sim/history.ts';
import { Cast } from './cast.ts';
import type { CountingRecorder } from './counting-recorder.ts';
import type { FaultDevice } from './fault-device.ts';
import type { Findings } from './fault-rig.ts';
import type { Ground } from './ground.ts';
import type { Load } from './load.ts';
import { freeze } from './processes.ts';
import { sqliteIn, type StageStore } from './stage-store.ts';
import { undoneAtExit } from './undone.ts';

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

/** P11: so long after the last fault everybody has done everything. */
const REST_MS = 15_000;

/** Short waits, so that many rounds fit into a minute. */
const CLIENT_LIMITS = {
  openTimeoutMs: 2_000,
  welcomeTimeoutMs: 3_000,
  reconnectBaseMs: 50,
  reconnectFirstMs: 50,
  reconnectMaxMs: 1_000,
  retransmitMaxMs: 2_000,
};

/** Short times, so that dead connections are noticed within a round. */
const LIMITS = { heartbeat: '1s', retransmit: '500ms', ackTimeout: '10s', sendTimeout: '5s' };

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export class Stage {
  readonly server: ServerProcess;
  readonly #cast: Cast;
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
    this.#cast = new Cast({
      ground,
      spoil,
      limits: CLIENT_LIMITS,
      addresses: () => ['tcp://any'],
      // The server's changes when it starts again.
      dial: (scheme) => this.#address(scheme),
    });
    this.#undone = undoneAtExit(() => this.#end());
  }

  get recorder(): CountingRecorder {
    return this.#cast.recorder;
  }

  get devices(): readonly FaultDevice[] {
    return this.#cast.devices;
  }

  get load(): Load {
    return this.#cast.load;
  }

  async begin(): Promise<void> {
    await this.startServer();
    await this.#cast.begin();
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
    this.#underWay += this.#cast.open;
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
    await this.#cast.answers(count, () => {
      if (!this.server.running) throw new Error(`the server ended\n${this.server.output}`);
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

  /** The faults are over: everybody must come to rest with everything done, in time. */
  async rest(limitMs = REST_MS): Promise<void> {
    const open = await this.#cast.rest(limitMs);
    if (open !== undefined) this.fail('P11', `${limitMs / 1000} s after all faults ended, ${open}`);
  }

  /** Ends everything in order, and reads the log. */
  async end(): Promise<void> {
    await this.#cast.close();
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
    await this.#cast.close();
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
