/** The active is killed while a thousand clients are there: all are back soon, and none refused. */
import { readFileSync } from 'node:fs';
import { connect, type Client } from '../../../client/index.ts';
import { runDelayMs } from '../../rigs/run-delay.ts';
import { tokenFor } from '../../rigs/tokens.ts';
import type { FaultRig, Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { until } from '../until.ts';
import type { Pair } from './pair.ts';
import type { PairNode } from './pair-node.ts';
import type { PairParts } from './pair-parts.ts';
import { withPair } from './with-pair.ts';

const CLIENTS = 1_000;
const CONNECTED_MS = 60_000;
const BACK_MS = 30_000;
/** Of the aim: from the new owner's first word to the last client's WELCOME, on a core. */
const WITHIN_MS = 5_000;

/** Rounds are seconds apart: a client is not to take them for one server that flaps. */
const LIMITS = { stableMs: 500 };

/** Clients with the settings of the product but for that, which only stay. */
class Crowd {
  readonly #clients: readonly Client[];
  /** When each was welcomed last. */
  readonly #onlineMs: number[] = [];
  readonly refusals: string[] = [];

  constructor({ nodes }: Pair, { keyFile }: Ground, nowMs: () => number) {
    const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'base64url');
    const address = nodes.map((node) => node.address('tcp:'));
    this.#clients = Array.from({ length: CLIENTS }, (_, at) => {
      const user = `guest-${at}`;
      const token = tokenFor(user, key);
      const client = connect({ address, token, user, device: 'phone', limits: LIMITS });
      client.on('state', ({ state }) => {
        if (state === 'online') this.#onlineMs[at] = nowMs();
      });
      client.on('error', ({ message }) => {
        if (message.startsWith('the server ended')) this.refusals.push(message);
      });
      return client;
    });
  }

  /** All were welcomed after `sinceMs`. */
  async areHere(sinceMs: number, limitMs: number): Promise<void> {
    const missing = (): number =>
      this.#clients.filter((_, at) => (this.#onlineMs[at] ?? 0) <= sinceMs).length;
    await until('the whole crowd', limitMs, () => missing() === 0);
  }

  get lastMs(): number {
    return Math.max(...this.#onlineMs);
  }

  async leave(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

function expectNoRefusal(pair: Pair, { refusals }: Crowd): void {
  const [first] = refusals;
  if (first !== undefined) pair.fail('P11', `${refusals.length} refusals, the first: ${first}`);
}

/**
 * For how long from now on the machine gave no core to the node, or to the rig that plays a
 * thousand clients; the longer of both, as they wait for each other.
 */
function coreless({ server: { pid = 0 } }: PairNode): () => number {
  const waits = [pid, process.pid].map((one) => ({ one, beforeMs: runDelayMs(one) }));
  return () => Math.max(...waits.map(({ one, beforeMs }) => runDelayMs(one) - beforeMs));
}

async function oneReturn(pair: Pair, crowd: Crowd): Promise<void> {
  await pair.answers(20);
  const { owner } = pair;
  await pair.strike();
  const struckMs = pair.recorder.nowMs;
  await pair.kill(owner);
  await until('a follower', BACK_MS, () => pair.owner !== owner);
  const corelessMs = coreless(pair.owner);
  await pair.follows(owner);
  await crowd.areHere(struckMs, BACK_MS);
  const allMs = Math.round(crowd.lastMs - (pair.turns.at(-1)?.atMs ?? 0));
  const tookMs = allMs - Math.round(corelessMs());
  console.log(`  ${CLIENTS} clients were back after ${allMs} ms, ${allMs - tookMs} without a core`);
  if (tookMs > WITHIN_MS) pair.fail('P11', `the last of ${CLIENTS} took ${tookMs} ms`);
  await pair.start(owner);
}

async function crowdReturns(parts: PairParts, rounds: number): Promise<Findings> {
  return withPair(parts, async (pair) => {
    await pair.begin();
    const crowd = new Crowd(pair, parts.ground, () => pair.recorder.nowMs);
    try {
      await crowd.areHere(0, CONNECTED_MS);
      for (let round = 0; round < rounds; round += 1) await oneReturn(pair, crowd);
    } finally {
      await crowd.leave();
    }
    expectNoRefusal(pair, crowd);
    await pair.rest();
    await pair.end();
    pair.expectConsumed();
    pair.expectTurns(1 + rounds);
  });
}

/** What those who are too many hear. */
function refused(parts: PairParts): Promise<Findings> {
  return withPair(parts, async (pair) => {
    await pair.begin();
    const crowd = new Crowd(pair, parts.ground, () => pair.recorder.nowMs);
    try {
      await until('a refusal', CONNECTED_MS, () => crowd.refusals.length > 0);
      expectNoRefusal(pair, crowd);
    } finally {
      await crowd.leave();
    }
    for (const { server } of pair.nodes) await server.kill();
    await pair.drain();
  });
}

export const crowdReturn: FaultRig = {
  name: 'kill -9 before 1,000 clients',
  rounds: { quick: 1, full: 5 },
  missing: () => undefined,
  play: (ground, rounds) => crowdReturns({ ground }, rounds),
  control: {
    what: 'nodes that have room for half of them',
    breaks: 'P11',
    play: (ground) => refused({ ground, limits: { connections: CLIENTS / 2 } }),
  },
};
