/** The real kernel in this process, its clients raw, its time moved by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  definePlugin,
  type AnyPlugin,
  type Authentication,
  type Binding,
  type Clock,
  type Identity,
  type Persistence,
  type Role,
} from 'im-kernel/contract';
import { fakeClock, quietHost, seededRandom, type FakeClock, type QuietHost } from 'im-kernel/kit';
import { assemble } from '../../core/assembly/assemble.ts';
import type { Means } from '../../core/assembly/foundation.ts';
import type { Node } from '../../core/assembly/node.ts';
import { LIMITS, type Limits } from '../../core/config/limits.ts';
import type {
  AnswersInstance,
  ConsumerInstance,
  GuardInstance,
  Instance,
  Settings,
} from '../../core/config/settings.ts';
import type { FlightRecorder } from '../../core/path/trace/flight-recorder.ts';
import type { Deliver } from '../../core/wire/frames.ts';
import noFailover from '../../plugins/failover/none/index.ts';
import storeRegistry from '../../plugins/registries/store/index.ts';
import conversationOwner from '../../plugins/ordering/conversation-owner/index.ts';
import memory from '../../plugins/persistence/memory/index.ts';
import sqlite from '../../plugins/persistence/sqlite/index.ts';
import { Loopback, Wire } from './loopback.ts';
import { RawClient } from './raw-client.ts';

export const TLV: Binding = { encoding: 'tlv', framing: 'stream' };
export const JSON_MESSAGES: Binding = { encoding: 'json', framing: 'messages' };

/** Turns of the loop after which work in memory has come to rest. */
const RESTING_TURNS = 12;

export interface StageOptions {
  /** Absent: `im-1`. */
  readonly name?: string;
  /** Of its chance. */
  readonly seed?: number;
  /** Shared with other nodes; absent: its own. */
  readonly clock?: FakeClock;
  /** By so much its wall clock is ahead of that. */
  readonly aheadMs?: number;
  readonly cluster?: Settings['cluster'];
  readonly gateway?: Settings['gateway'];
  readonly failover?: Instance;
  /** Where it says that it listens. */
  readonly address?: string;
  readonly limits?: Partial<Limits>;
  /** Of an earlier life; absent: its own. */
  readonly recorder?: FlightRecorder;
  readonly friendsOnly?: boolean;
  readonly keepBodies?: number;
  readonly store?: 'memory' | 'sqlite';
  /** Puts something between the kernel and its store. */
  readonly between?: (store: Persistence, clock: FakeClock) => Persistence;
  /** For all conversations. */
  readonly ordering?: AnyPlugin | undefined;
  /** For each kind its own. */
  readonly orderings?: { readonly direct: AnyPlugin; readonly group: AnyPlugin };
  readonly answers?: AnswersInstance;
  readonly guards?: readonly GuardInstance[] | undefined;
  readonly consumers?: readonly ConsumerInstance[] | undefined;
  /** Where it logs; absent: into `lines`. */
  readonly log?: Means['log'];
}

const made = new Set<Stage>();

/** Tokens are `user` or `user|expiresAt`; `bad` is refused. */
const authentication = definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'plain',
  summary: 'A token is a user’s name.',
  stability: 'experimental',
  config: {},
  create: (): Authentication => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    authenticate: (token): Promise<Identity | { refused: string }> => {
      const [user = '', expires] = token.split('|');
      if (user === 'bad') return Promise.resolve({ refused: 'a bad one' });
      return Promise.resolve(expires ? { user, expiresAt: Number(expires) } : { user });
    },
  }),
});

export function instance(role: Role, plugin: unknown, config: Instance['config'] = {}): Instance {
  const known = plugin as AnyPlugin;
  return { name: role, role, type: known.type, plugin: known, config };
}

function orderings({ ordering, orderings: own }: StageOptions): Settings['ordering'] {
  if (!own) {
    const one = instance('ordering', ordering ?? conversationOwner, { maxHold: 300 });
    return { direct: one, group: one };
  }
  const named = (kind: 'direct' | 'group'): Instance => {
    return { ...instance('ordering', own[kind], { maxHold: 300 }), name: `ordering.${kind}` };
  };
  return { direct: named('direct'), group: named('group') };
}

export class Stage {
  readonly clock: FakeClock;
  readonly loopback: Loopback;
  readonly settings: Settings;
  readonly means: Means;
  readonly node: Node;
  readonly failed: string[] = [];
  /** Everything that the node logged. */
  readonly lines: QuietHost['lines'];
  #folder: string | undefined;
  #peers = 0;

  constructor(options: StageOptions) {
    this.clock = options.clock ?? fakeClock();
    this.loopback = new Loopback(options.address);
    const host = quietHost();
    this.lines = host.lines;
    const clock: Clock = {
      now: () => this.clock.now() + (options.aheadMs ?? 0),
      monotonic: () => this.clock.monotonic(),
      after: (delayMs, run) => this.clock.after(delayMs, run),
      soon: (run) => {
        this.clock.soon(run);
        setImmediate(() => this.clock.turn());
      },
    };
    const { recorder } = options;
    const random = seededRandom(options.seed ?? 1);
    this.means = { clock, random, log: options.log ?? host.log, ...(recorder ? { recorder } : {}) };
    this.settings = this.#settings(options);
    this.node = assemble(this.settings, this.means);
    this.node.onFailed((name, why) => void this.failed.push(`${name}: ${why}`));
  }

  #settings(options: StageOptions): Settings {
    const fallbacks = Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]);
    const limits = { ...(Object.fromEntries(fallbacks) as Limits), ...options.limits };
    return {
      file: 'none',
      folder: tmpdir(),
      node: { name: options.name ?? 'im-1', data: tmpdir() },
      cluster: options.cluster,
      gateway: options.gateway,
      admin: { socket: undefined, listen: undefined, tls: undefined, tokens: [] },
      transports: [instance('transport', this.loopback.plugin())],
      persistence: this.#store(options),
      answers: options.answers,
      ordering: orderings(options),
      registry: instance('registry', storeRegistry),
      failover: options.failover ?? instance('failover', noFailover),
      authentication: instance('authentication', authentication),
      guards: options.guards ?? [],
      consumers: options.consumers ?? [],
      chat: { friendsOnly: options.friendsOnly ?? false, keepBodies: options.keepBodies },
      log: { level: 'info' },
      limits,
    };
  }

  #store(options: StageOptions): Instance {
    const plugin = (options.store === 'sqlite' ? sqlite : memory) as unknown as AnyPlugin;
    const config = { shards: 8, ...(options.store === 'sqlite' ? { file: this.#file() } : {}) };
    const { between } = options;
    if (!between) return instance('persistence', plugin, config);
    const wrapped: AnyPlugin = {
      ...plugin,
      create: (values, host) => between(plugin.create(values, host) as Persistence, this.clock),
    };
    return instance('persistence', wrapped, config);
  }

  #file(): string {
    this.#folder = mkdtempSync(join(tmpdir(), 'im-protocol-'));
    return join(this.#folder, 'im.db');
  }

  /** A connection that has said nothing yet. */
  connect(binding: Binding = TLV, address?: string): RawClient {
    this.#peers += 1;
    const wire = new Wire(address ?? `10.0.0.${this.#peers}:1`, binding);
    const client = new RawClient(wire);
    this.loopback.open(wire);
    return client;
  }

  /** A connection that has its WELCOME. */
  async join(user: string, device = 'd1', binding: Binding = TLV): Promise<RawClient> {
    const client = this.connect(binding);
    client.hello(user, device);
    await client.next('welcome');
    return client;
  }

  /** Lets what can be done without time passing be done. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < RESTING_TURNS; turn += 1) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  /** Lets time pass in small steps, so that what falls due is answered in its time. */
  async pass(ms: number, stepMs = 500): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.rest();
    }
  }

  /** Lets progress be kept, and the receipts go out. */
  async keepProgress(): Promise<void> {
    await this.rest();
    await this.pass(100);
  }

  async stop(): Promise<void> {
    const stopping = this.node.stop();
    await this.rest();
    this.clock.advance(60_000);
    await stopping;
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a node; `closeStages` stops it. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const stage = new Stage(options);
  made.add(stage);
  await stage.node.start();
  return stage;
}

/** For `afterEach`. */
export async function closeStages(): Promise<void> {
  for (const stage of made) await stage.stop();
  made.clear();
}

/** Reads of the store that a delivery may take, one after the other. */
const STORE_READS = 6;

/** The deliveries that a client has not read yet, once nothing more is on its way. */
export async function heardBy(stage: Stage, client: RawClient): Promise<readonly Deliver[]> {
  for (let read = 0; read < STORE_READS; read += 1) {
    await stage.rest();
    await client.ask('friends');
  }
  await client.heardOut();
  return client.take('deliver');
}

/** Values of one field, for short comparisons. */
export function pluck<T, K extends keyof T>(items: readonly T[], key: K): readonly T[K][] {
  return items.map((item) => item[key]);
}
