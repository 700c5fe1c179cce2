/** SIGKILL of the active under load; then it is started again, as the backup. */
import { join } from 'node:path';
import { spread, type FaultRig, type Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { missingDatabase } from '../fault-database.ts';
import { sqliteIn } from '../stage-store.ts';
import { joined } from './joined.ts';
import { PAIRINGS } from './pairings.ts';
import type { Pair } from './pair.ts';
import type { PairParts } from './pair-parts.ts';
import { onPostgres } from './on-postgres.ts';
import { withPair } from './with-pair.ts';

const ANSWERS_MAX = 400;
const SPOILT = join(import.meta.dirname, '..', 'spoilt');

/** Nobody follows, so that what was only in the dead one's memory is missed. */
async function endsUnkept(pair: Pair): Promise<void> {
  await pair.begin();
  await pair.answers(300);
  await pair.kill(pair.owner);
  for (const { server } of pair.nodes) await server.kill();
  await pair.drain();
}

async function killRounds(pair: Pair, rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    await pair.answers(20 + spread(round, ANSWERS_MAX));
    const { owner } = pair;
    await pair.strike();
    await pair.kill(owner);
    await pair.follows(owner);
    await pair.start(owner);
  }
}

/** What a pair plays on. */
type Ensemble = typeof withPair;

function killed(ensemble: Ensemble, parts: PairParts, rounds: number): Promise<Findings> {
  return ensemble(parts, async (pair) => {
    await pair.begin();
    await killRounds(pair, rounds);
    pair.expectUnderWay();
    await pair.rest();
    await pair.end();
    pair.expectConsumed();
    pair.expectTurns(1 + rounds);
  });
}

/** Every pairing in turn, the rounds shared out among them. */
async function overPairings(ensemble: Ensemble, ground: Ground, rounds: number): Promise<Findings> {
  const all: Findings[] = [];
  for (const [at, { name, ...pairing }] of PAIRINGS.entries()) {
    const own = Math.floor(rounds / PAIRINGS.length) + (at < rounds % PAIRINGS.length ? 1 : 0);
    if (own === 0) continue;
    const findings = await killed(ensemble, { ground, ...pairing }, own);
    console.log(`  ${name}: ${own} rounds, ${findings.accepted} accepted`);
    all.push(findings);
    if (findings.violations.length > 0) break;
  }
  return joined(all);
}

const control = { what: 'a store that acknowledges first and keeps later', breaks: 'P1' } as const;

export const killActive: FaultRig = {
  name: 'kill -9 of the active',
  rounds: { quick: 20, full: 20 * PAIRINGS.length },
  missing: () => undefined,
  play: (ground, rounds) => overPairings(withPair, ground, rounds),
  control: {
    ...control,
    play: (ground) => {
      const hasty = join(SPOILT, 'hasty-sqlite.ts');
      return withPair({ ground, store: (folder) => sqliteIn(folder, hasty) }, endsUnkept);
    },
  },
};

export const killActivePostgres: FaultRig = {
  name: 'kill -9 of the active, postgres',
  rounds: { quick: 3, full: 5 * PAIRINGS.length },
  missing: missingDatabase,
  play: (ground, rounds) => overPairings(onPostgres(ground), ground, rounds),
  control: {
    ...control,
    play: (ground) =>
      onPostgres(ground, { use: join(SPOILT, 'hasty-postgres.ts') })({ ground }, endsUnkept),
  },
};
