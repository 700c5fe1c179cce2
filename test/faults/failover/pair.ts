/** Two servers on one store, the devices before them, and the judgement of all that happened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { judge } from '../../sim/checks/index.ts';
import type { Violation } from '../../sim/history.ts';
import { Cast } from '../cast.ts';
import type { CountingRecorder } from '../counting-recorder.ts';
import { spread, type Findings } from '../fault-rig.ts';
import { sqliteIn, type StageStore } from '../stage-store.ts';
import { undoneAtExit } from '../undone.ts';
import { until } from '../until.ts';
import type { PairParts } from './pair-parts.ts';
import { PairNode, type ClusterSettings } from './pair-node.ts';
import { freePorts } from './ports.ts';
import { doneIn, readLedger } from './read-ledger.ts';
import { timelineOf } from './timeline.ts';
import { takeoversIn, type Strike } from './takeovers.ts';

/** What a node said when it took over. */
interface Turn {
  readonly node: PairNode;
  readonly epoch: number;
  readonly atMs: number;
}

const NAMES = ['im-a', 'im-b'] as const;
const LEDGER = join(import.meta.dirname, 'ledger.ts');
/** P11: so long after the last fault everybody has done everything. */
const REST_MS = 15_000;
const TAKEN_MS = 30_000;
const BACK_MS = 15_000;
const LOOK_EVERY_MS = 100;
/** Two servers, on a machine that is not to be what is measured. */
const BURST = 2;
/** Rounds are seconds apart: a client is not to take them for one server that flaps. */
const LIMITS = { stableMs: 500 };
/** What was sent at once is answered, in parts, within so long. */
const PULSE_MS = 5;
/** After a takeover, so that every device had something of the new owner. */
const ANSWERS_AFTER = 100;

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export class Pair {
  readonly cast: Cast;
  readonly nodes: readonly PairNode[];
  /** Each takeover, the first owner's start too. */
  readonly turns: Turn[] = [];
  readonly #folder: string;
  readonly #ledger: string;
  readonly #store: StageStore;
  readonly #undone: () => void;
  readonly #failures: Violation[] = [];
  readonly #strikes: Strike[] = [];
  #struck: Omit<Strike, 'untilMs'> | undefined;
  #drained = false;

  private constructor(parts: PairParts, ports: readonly number[]) {
    const { ground, store = sqliteIn, persistenceOf, placeOf, ordered, ...rest } = parts;
    const { failover, cluster, limits, ordering, ...cast } = rest;
    this.#folder = mkdtempSync(join(ground.folder, 'pair-'));
    this.#ledger = join(this.#folder, 'ledger.jsonl');
    this.#store = store(this.#folder);
    const settings: ClusterSettings = {
      persistence: this.#store.settings,
      failover: { use: 'standby', ...failover },
      consumers: { ledger: { use: LEDGER, file: this.#ledger, from: 'start' } },
      ...(cluster && { cluster }),
      ...(limits && { limits }),
      ...(ordering && { ordering }),
    };
    this.nodes = NAMES.map((name, at) => {
      const [tcp = 0, web = 0, link = 0] = ports.slice(3 * at);
      const where = { name, folder: this.#folder, keyFile: ground.keyFile };
      const node: PairNode = new PairNode({
        ...where,
        ports: { tcp, web, link },
        ...(placeOf && { place: placeOf(name) }),
        settings: { ...settings, ...(persistenceOf && { persistence: persistenceOf(name) }) },
        onLine: (line) => this.#heard(node, line),
      });
      return node;
    });
    const addresses = (scheme: string): readonly string[] =>
      this.nodes.map((node) => node.address(scheme));
    this.cast = new Cast({ ground, addresses, burst: BURST, limits: LIMITS, ...cast });
    const consumers = [{ name: 'ledger', tries: Infinity }];
    const none = { guards: [], bounds: {}, savedWithinMs: Infinity };
    this.recorder.add({ type: 'configured', consumers, ...none, ...ordered });
    this.#undone = undoneAtExit(() => this.#end());
  }

  static async make(parts: PairParts): Promise<Pair> {
    return new Pair(parts, await freePorts(3 * NAMES.length));
  }

  get recorder(): CountingRecorder {
    return this.cast.recorder;
  }

  /** Who said last that it owns the shards. Throws if nobody has. */
  get owner(): PairNode {
    const last = this.turns.at(-1);
    if (last === undefined) throw new Error('nobody owns the shards');
    return last.node;
  }

  other(node: PairNode): PairNode {
    const other = this.nodes.find((one) => one !== node);
    if (other === undefined) throw new Error('a pair has two nodes');
    return other;
  }

  /** One owns, whichever was first; the other is its backup; everybody is there. */
  async begin(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.start(node)));
    await until('an owner', TAKEN_MS, () => this.turns.length > 0);
    await this.cast.begin();
  }

  async start(node: PairNode): Promise<void> {
    await node.server.start();
    this.note('started', node);
  }

  async kill(node: PairNode): Promise<void> {
    await node.server.kill();
    this.note('crashed', node);
  }

  note(what: 'started' | 'crashed' | 'stopped', { name }: PairNode): void {
    this.recorder.add({ type: 'node', what, detail: name });
  }

  /** The load goes on until so many more were accepted. */
  async answers(count: number): Promise<void> {
    await this.cast.answers(count, () => {
      if (this.nodes.some(({ server }) => server.running)) return;
      throw new Error(`no server runs\n${this.#outputs()}`);
    });
  }

  /** When it resolves, a fault begins that changes the owner; commands are under way. */
  async strike(): Promise<void> {
    this.cast.load.pulse();
    await pause(spread(this.#strikes.length, PULSE_MS));
    this.#struck = { atMs: this.recorder.nowMs, inFlight: this.cast.open };
  }

  /** The other node owns the shards, and every device has found it. */
  async follows(from: PairNode): Promise<void> {
    const struck = this.#struck;
    if (struck === undefined) throw new Error('nothing was struck');
    await until(`a follower of ${from.name}`, TAKEN_MS, () => this.owner !== from);
    await until('everybody is back', BACK_MS, () =>
      this.cast.devices.every(({ welcomedMs }) => welcomedMs > struck.atMs),
    );
    await this.answers(ANSWERS_AFTER);
    this.#strikes.push({ ...struck, untilMs: this.recorder.nowMs });
    this.#struck = undefined;
  }

  /** So many commands more were answered while the owner stayed. */
  async goesOn(count: number): Promise<void> {
    const turns = this.turns.length;
    await this.answers(count);
    if (this.turns.length > turns) this.fail('P12', 'the owner changed without need');
  }

  /** After so long without a change, a lease that has run out is acted upon. */
  async settle(tenureMs: number): Promise<void> {
    const last = this.turns.at(-1)?.atMs ?? 0;
    await until('the tenure', 2 * tenureMs, () => this.recorder.nowMs - last > tenureMs);
  }

  /** P12: so many takeovers were needed, the first owner's start among them. */
  expectTurns(count: number): void {
    const said = this.turns.map(({ node, epoch }) => `${node.name} ${epoch}`).join(', ');
    if (this.turns.length !== count)
      this.fail('P12', `${this.turns.length} takeovers instead of ${count}: ${said}`);
  }

  /** A rig whose servers only ever ended idle has tried nothing. */
  expectUnderWay(): void {
    if (this.#strikes.every(({ inFlight }) => inFlight === 0))
      this.fail('rig', 'no command was under way at any takeover');
  }

  /** Notes that something is wrong which no history shows. */
  fail(promise: string, why: string): void {
    this.#failures.push({ promise, why, events: [] });
  }

  /** The faults are over: everybody comes to rest with everything done, the consumer too. */
  async rest(limitMs = REST_MS): Promise<void> {
    const endMs = performance.now() + limitMs;
    const open = (await this.cast.rest(limitMs)) ?? (await this.#unconsumed(endMs));
    if (open !== undefined) this.fail('P11', `${limitMs / 1000} s after all faults ended, ${open}`);
  }

  /** Ends everything in order, the owner last, and reads the log. */
  async end(): Promise<void> {
    await this.cast.close();
    const { owner } = this;
    for (const node of [this.other(owner), owner]) {
      await node.server.stop();
      this.note('stopped', node);
    }
    await this.drain();
  }

  /** Reads the log past the product, and what the consumer wrote; once, when no server runs. */
  async drain(): Promise<void> {
    this.#drained = true;
    const drained = await this.#store.readLog();
    const taken = readLedger(this.#ledger, 'ledger', drained.log);
    for (const event of taken) this.recorder.add(event);
    this.recorder.add(drained);
  }

  /** The consumer was to be done with everything by now. */
  expectConsumed(): void {
    const log = this.recorder.history.findLast(({ type }) => type === 'drained');
    if (log?.type !== 'drained') throw new Error('the log was never read');
    this.recorder.add({ type: 'set-aside', consumer: 'ledger', log: log.log, letters: [] });
  }

  findings(): Findings {
    if (!this.#drained) throw new Error('the log was never read');
    const { accepted, repeated, history } = this.recorder;
    const violations = [...this.#failures, ...judge(history)];
    const takeovers = takeoversIn(history, this.#strikes);
    const picture = this.#picture();
    return { accepted, repeated, violations, history, takeovers, ...(picture && { picture }) };
  }

  /** After something went wrong: perhaps there is nothing to read. */
  async broken(error: unknown): Promise<void> {
    this.fail('rig', `${textOf(error)}\n${this.#outputs()}`);
    for (const { server } of this.nodes) await server.kill();
    try {
      await this.drain();
    } catch (why) {
      this.fail('rig', textOf(why));
    }
  }

  /** Whatever happened: no process, no timer and no socket is left. */
  async clear(): Promise<void> {
    await this.cast.close();
    for (const { server } of this.nodes) await server.kill();
    this.#undone();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Of the first takeover. */
  #picture(): (() => string) | undefined {
    const [[strike], [, turn]] = [this.#strikes, this.turns];
    if (strike === undefined || turn === undefined) return undefined;
    const { history } = this.recorder;
    const who = { old: this.other(turn.node).name, next: turn.node.name, device: 'ann/phone' };
    const when = { struckMs: strike.atMs, ownedMs: turn.atMs };
    return () => timelineOf({ history, ...who, ...when });
  }

  #outputs(): string {
    return this.nodes.map(({ name, server }) => `${name}:\n${server.output}`).join('\n');
  }

  #end(): void {
    for (const { server } of this.nodes)
      if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
  }

  #heard(node: PairNode, line: Readonly<Record<string, unknown>>): void {
    if (line['msg'] !== 'this node owns the shards') return;
    this.turns.push({ node, epoch: Number(line['epoch']), atMs: this.recorder.nowMs });
  }

  /** What the consumer has not had of what devices were told to be kept; undefined: nothing. */
  async #unconsumed(endMs: number): Promise<string | undefined> {
    for (;;) {
      const done = doneIn(this.#ledger);
      const placed = this.cast.devices.flatMap((device) => [...device.placed]);
      const open = placed.find(([name, position]) => (done.get(name) ?? 0) < position);
      if (open === undefined) return undefined;
      const [name, position] = open;
      if (performance.now() > endMs)
        return `the consumer has ${name} up to ${done.get(name) ?? 0} of ${position}`;
      await pause(LOOK_EVERY_MS);
    }
  }
}
