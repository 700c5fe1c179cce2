/** Hearts on one network in memory and one clock, and what each told. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fakeClock, never, seededRandom } from 'im-kernel/kit';
import { Heart } from '../../../core/cluster/heart/heart.ts';
import type { HeartNews } from '../../../core/cluster/heart/heart-end.ts';
import { OwnMoves } from '../../../core/cluster/heart/loop-watch.ts';
import type { Peer } from '../../../core/cluster/heart/peers.ts';
import { KeptLink } from '../../../core/cluster/link/kept-link.ts';
import type { LinkMeans } from '../../../core/cluster/link/link-means.ts';
import type { Clock, Link } from '../../../core/contract/index.ts';
import { MemoryNetwork } from './memory-network.ts';

export const BEAT_MS = 1_000;
export const SUSPECT_MS = 3_000;
export const PORTS = { 'im-a': 1, 'im-b': 2, 'im-c': 3 } as const;
type Name = keyof typeof PORTS;

export const peer = (node: Name, port: number = PORTS[node], life = `${node}-1`): Peer => {
  return { node, life, link: `h:${port}` };
};

/** A heart, and what it told. */
export class Body {
  readonly heart: Heart;
  readonly told: HeartNews[] = [];
  readonly moves: OwnMoves;
  secret = 'one secret';

  constructor(world: World, name: Name) {
    const clock: Clock = { ...world.clock, monotonic: () => world.clock.monotonic() + this.ahead };
    const means = world.means(clock, () => this.secret, PORTS[name]);
    const at = { host: 'h', port: PORTS[name] };
    const settings = { self: peer(name), at, secretFile: 'a.key' };
    const times = { beatMs: BEAT_MS, suspectAfterMs: SUSPECT_MS };
    this.moves = new OwnMoves(world.clock);
    this.heart = new Heart({ ...settings, ...times }, means, this.moves, (news) => {
      this.told.push(news);
    });
  }

  /** It slept so long: nothing ran meanwhile. */
  ahead = 0;

  get suspects(): readonly string[] {
    return this.told.at(-1)?.suspects ?? [];
  }

  get trouble(): string | undefined {
    const trouble = this.told.at(-1)?.trouble;
    return trouble && `${trouble.code} ${trouble.details['peer']}: ${trouble.details['why']}`;
  }

  get looks(): number {
    return this.told.filter(({ look }) => look).length;
  }

  get refused(): number {
    return this.told.reduce((sum, { refused }) => sum + refused, 0);
  }
}

export class World {
  readonly fake = fakeClock();
  readonly network = new MemoryNetwork();
  readonly bodies: Body[] = [];
  /** Their loops do not move. */
  readonly still = new Set<Body>();

  get clock(): Clock {
    const { fake } = this;
    return {
      now: () => fake.now(),
      monotonic: () => fake.monotonic(),
      after: (delayMs, run) => fake.after(delayMs, run),
      soon: (run) => fake.soon(run),
    };
  }

  means(clock: Clock, secret: () => string, seed: number): LinkMeans {
    return {
      clock,
      network: this.network,
      random: seededRandom(seed),
      readSecret: () => {
        const key = secret();
        const sign = (bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest();
        return Promise.resolve({ sign });
      },
    };
  }

  make(name: Name): Body {
    const body = new Body(this, name);
    this.bodies.push(body);
    return body;
  }

  async start(name: Name, ...peers: Peer[]): Promise<Body> {
    const body = this.make(name);
    await body.heart.start(never());
    body.heart.know(peers);
    return body;
  }

  /** Two that hear each other. */
  async pair(): Promise<[Body, Body]> {
    const pair: [Body, Body] = [
      await this.start('im-a', peer('im-b')),
      await this.start('im-b', peer('im-a')),
    ];
    await this.pass(2 * BEAT_MS);
    for (const { told } of pair) assert.equal(told.at(-1)?.links, 2);
    for (const { told } of pair) told.length = 0;
    return pair;
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) {
      await nextTurn();
      this.fake.advance(10);
      for (const body of this.bodies) if (!this.still.has(body)) body.moves.moved();
      await nextTurn();
    }
  }

  /** Somebody who knows the secret, and says what he likes. */
  async intruder(to: Name, says: Uint8Array): Promise<void> {
    const limits = { frameMaxBytes: 1_000, outputMaxBytes: 1_000, openTimeoutMs: 500 };
    const waits = { heartbeatMs: 1_000, reconnectBaseMs: 50, reconnectMaxMs: 50 };
    const options = { purpose: 'beats', secretFile: 'a.key', ...limits, ...waits };
    const ear = {
      opened: (link: Link) => void link.send(says),
      received: () => undefined,
      closed: () => undefined,
    };
    const means = this.means(this.clock, () => 'one secret', 9);
    const link = new KeptLink({ ...options, to: { host: 'h', port: PORTS[to] } }, ear, means);
    await this.pass(40);
    await link.close();
  }
}
