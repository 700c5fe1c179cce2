/**
 * The end of the process in the middle of traffic, at a moment chosen by counted answers. In the
 * end everything that any client was ever told is held against the log.
 */
import assert from 'node:assert/strict';
import { Rig } from './rig.ts';

/** `npm run faults` plays many more. */
const rounds = 4;
const answersPerRoundMax = 600;

/** Evenly spread and repeatable (multiples of the golden ratio): some rounds end at once. */
function answersBefore(round: number): number {
  return Math.floor(((round * 0.618_033_988_75) % 1) * answersPerRoundMax);
}

describe('kill -9 in the middle of traffic', function () {
  this.timeout(180_000);
  let rig: Rig | undefined;
  afterEach(() => rig?.clear());

  it(`${rounds} times loses, repeats and reorders nothing that was accepted`, async () => {
    rig = new Rig({});
    await rig.begin();
    for (let round = 0; round < rounds; round++) await rig.round(answersBefore(round));
    assert.deepEqual((await rig.breaches()).slice(0, 10), []);
    const accepted = rig.couriers.flatMap(({ sent }) => sent).filter((one) => one.accepted);
    assert.ok(accepted.length > rounds * 100, `only ${accepted.length} were accepted`);
    for (const { connection } of rig.couriers) connection?.end();
    await rig.server.stop();
  });

  it('is noticed where the log is only in memory, so the check is one', async () => {
    rig = new Rig({ persistence: { use: 'memory', file: undefined } });
    await rig.begin();
    await rig.round(100);
    const breaches = await rig.breaches();
    assert.ok(
      breaches.some((line) => /^P1 .* is lost/.test(line)),
      breaches.join('\n'),
    );
  });
});

describe('SIGTERM in the middle of traffic', function () {
  this.timeout(120_000);
  let rig: Rig | undefined;
  afterEach(() => rig?.clear());

  it('loses nothing, answers what was kept, and ends with 0, each time', async () => {
    rig = new Rig({});
    await rig.begin();
    for (let round = 0; round < 3; round++) await rig.round(answersBefore(round), 'stop');
    assert.deepEqual((await rig.breaches()).slice(0, 10), []);
    for (const { connection } of rig.couriers) connection?.end();
    await rig.server.stop();
  });
});
