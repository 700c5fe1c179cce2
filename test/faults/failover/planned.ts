/**
 * The owner changes as planned, by turns because it is told to stop and because an operator says
 * so; and each of the two is started again, one after the other, under load.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spread, type FaultRig } from '../fault-rig.ts';
import type { Pair } from './pair.ts';
import { withPair } from './with-pair.ts';
import type { PairNode } from './pair-node.ts';

const ANSWERS_MAX = 300;
const LAUNCHER = ['--conditions=im-src', join(import.meta.dirname, '../../../bin/im.js')];

/** `im switchover`, as an operator types it. */
async function switchOver(pair: Pair, owner: PairNode): Promise<void> {
  const epoch = String(pair.turns.at(-1)?.epoch);
  const to = ['--to', pair.other(owner).name, '--expect-epoch', epoch, '--yes'];
  const args = [...LAUNCHER, 'switchover', '--config', owner.server.configFile, ...to];
  await promisify(execFile)(process.execPath, args);
}

async function stop(pair: Pair, node: PairNode): Promise<void> {
  await node.server.stop();
  pair.note('stopped', node);
}

function expectNoTrouble(pair: Pair): void {
  const troubles = pair.cast.devices.flatMap((device) =>
    device.troubles.map((text) => `${device.name}: ${text}`),
  );
  if (troubles.length > 0) pair.fail('P18', `clients were in trouble: ${troubles.join('; ')}`);
}

/** The backup is started again, then the owner, which the other follows. */
async function roll(pair: Pair, owner: PairNode): Promise<void> {
  const backup = pair.other(owner);
  await stop(pair, backup);
  await pair.start(backup);
  await pair.strike();
  await Promise.all([stop(pair, owner), pair.follows(owner)]);
  await pair.start(owner);
}

export const planned: FaultRig = {
  name: 'planned changes of the owner',
  rounds: { quick: 2, full: 40 },
  missing: () => undefined,
  play: (ground, rounds) =>
    withPair({ ground }, async (pair) => {
      await pair.begin();
      for (let round = 0; round < rounds; round += 1) {
        await pair.answers(50 + spread(round, ANSWERS_MAX));
        const { owner } = pair;
        if (round % 2 === 0) await roll(pair, owner);
        else {
          await pair.strike();
          await Promise.all([switchOver(pair, owner), pair.follows(owner)]);
        }
      }
      expectNoTrouble(pair);
      await pair.rest();
      await pair.end();
      pair.expectConsumed();
      pair.expectTurns(1 + rounds);
    }),
  control: {
    what: 'an owner that is killed where it should have handed over',
    breaks: 'P18',
    play: (ground) =>
      withPair({ ground }, async (pair) => {
        await pair.begin();
        await pair.answers(100);
        const { owner } = pair;
        await pair.strike();
        await pair.kill(owner);
        await pair.follows(owner);
        expectNoTrouble(pair);
        for (const { server } of pair.nodes) await server.kill();
        await pair.drain();
      }),
  },
};
