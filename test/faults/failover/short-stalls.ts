/** P12: the active, or its backup, stands still for less than a lease: nobody takes over. */
import { setTimeout as pause } from 'node:timers/promises';
import { spread, type FaultRig } from '../fault-rig.ts';
import { freeze, signal } from '../processes.ts';
import type { Pair } from './pair.ts';
import type { PairParts } from './pair-parts.ts';
import { withPair } from './with-pair.ts';
import type { PairNode } from './pair-node.ts';

/** Of 5 s, the default lease. */
const STALLS_MS = [1_000, 2_000, 500] as const;
const ANSWERS_MAX = 200;
const TRIES = 5;

async function stall({ server }: PairNode, forMs: number): Promise<void> {
  const { pid } = server;
  if (pid === undefined) throw new Error('it does not run');
  await freeze(pid);
  await pause(forMs);
  signal(pid, 'SIGCONT');
}

async function stalls(pair: Pair, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await pair.answers(20 + spread(round, ANSWERS_MAX));
    const { owner } = pair;
    const forMs = STALLS_MS[round % STALLS_MS.length] ?? 0;
    await stall(round % 3 === 2 ? pair.other(owner) : owner, forMs);
    await pair.goesOn(50);
  }
}

/** So short that a stall outlasts it, and no tenure that would keep the backup. */
const HASTY: Pick<PairParts, 'cluster' | 'failover'> = {
  cluster: { beat: '100ms', lease: '300ms' },
  failover: { tenure: '0ms' },
};

export const shortStalls: FaultRig = {
  name: 'short stalls',
  rounds: { quick: 3, full: 30 },
  missing: () => undefined,
  play: (ground, rounds) =>
    withPair({ ground }, async (pair) => {
      await pair.begin();
      await stalls(pair, rounds);
      await pair.rest();
      await pair.end();
      pair.expectConsumed();
      pair.expectTurns(1);
    }),
  control: {
    what: 'a lease shorter than the stall',
    breaks: 'P12',
    play: (ground) =>
      withPair({ ground, ...HASTY }, async (pair) => {
        await pair.begin();
        // A backup that gets no core meanwhile takes nothing over.
        for (let left = TRIES; left > 0 && pair.turns.length === 1; left -= 1)
          await stalls(pair, 1);
        pair.expectTurns(1);
        for (const { server } of pair.nodes) await server.kill();
        await pair.drain();
      }),
  },
};
