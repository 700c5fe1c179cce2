import assert from 'node:assert/strict';
import { Prng } from '../../sim/prng.ts';
import { aClient, type Stage } from './a-client.ts';
import { FakeTime } from './fake-world.ts';

const CLIENTS = 200;

/** Clients of one server, each with a chance of its own, in one time. */
async function aCrowd(): Promise<{ time: FakeTime; crowd: Stage[] }> {
  const time = new FakeTime();
  const crowd = Array.from({ length: CLIENTS }, (_, n) => {
    const address = ['tcp://a:1', 'tcp://b:2'];
    return aClient({ device: `d${n}`, address, random: new Prng(n + 1) }, time);
  });
  await time.settle();
  for (const { net } of crowd) net.last.welcome();
  await time.settle();
  return { time, crowd };
}

/** Connections made in each tenth of a second, for so many tenths. */
async function tenths(time: FakeTime, crowd: readonly Stage[], count: number): Promise<number[]> {
  const made = (): number => crowd.reduce((sum, { net }) => sum + net.links.length, 0);
  const counts: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const before = made();
    await time.pass(100);
    counts.push(made() - before);
  }
  return counts;
}

describe('many clients that lose one server', () => {
  it('come to the next one spread over a second', async () => {
    const { time, crowd } = await aCrowd();
    for (const { net } of crowd) net.last.cut();
    const counts = await tenths(time, crowd, 10);
    assert.ok(Math.max(...counts) < (2 * CLIENTS) / 10, `in each tenth: ${counts.join()}`);
    for (const { net } of crowd) assert.equal(net.links[1]?.address, 'tcp://b:2');
  });

  it('do not fall into step while it refuses them, all at once, for a time', async () => {
    const { time, crowd } = await aCrowd();
    for (const { net } of crowd) {
      net.last.say({ type: 'error', code: 'not-ready', retryAfterMs: 2_000 });
    }
    assert.deepEqual(
      await tenths(time, crowd, 20),
      Array.from({ length: 20 }, () => 0),
    );
    const counts = await tenths(time, crowd, 10);
    assert.ok(Math.max(...counts) < (2 * CLIENTS) / 10, `in each tenth: ${counts.join()}`);
  });

  it('spread over what a server asks for that sends them on', async () => {
    const { time, crowd } = await aCrowd();
    const address = ['tcp://c:3'];
    for (const { net } of crowd) net.last.say({ type: 'moved', address, spreadMs: 4_000 });
    const counts = await tenths(time, crowd, 40);
    assert.ok(Math.max(...counts) < (4 * CLIENTS) / 40, `in each tenth: ${counts.join()}`);
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      CLIENTS,
    );
  });
});
