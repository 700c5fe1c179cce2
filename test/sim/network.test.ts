import assert from 'node:assert/strict';
import { Life } from './life.ts';
import type { Link } from './link.ts';
import type { PipeShape } from './pipe.ts';
import { Prng } from './prng.ts';
import { SimNetwork } from './sim-network.ts';
import { Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

const BRISK: PipeShape = { latencyMs: 1, jitterMs: 2, slicing: 'slices' };

function aWorld(seed: number) {
  const trace = new Trace();
  return { trace, world: new VirtualClock(trace), prng: new Prng(seed) };
}

function quiet(world: VirtualClock): Promise<boolean> {
  return world.run(() => false, 1e9);
}

function aNetwork(seed = 9) {
  const { world, prng, trace } = aWorld(seed);
  const network = new SimNetwork({ world, prng, trace, shape: () => BRISK });
  const server = new Life('node', world);
  const client = new Life('ann', world);
  const said: string[] = [];
  const ear = (who: string) => ({
    bytes: (segment: Uint8Array) => {
      said.push(`${who} hears ${segment.length}`);
      return undefined;
    },
    ended: () => void said.push(`${who} ended`),
    closed: (why: string) => void said.push(`${who} closed ${why}`),
  });
  let link: Link | undefined;
  network.listen('tcp://x:1', { life: server, lifeNumber: 1, accept: () => ear('server') });
  const dial = (): void =>
    network.dial(client, 'tcp://x:1', {
      opened: (opened) => {
        link = opened;
        opened.listen('down', ear('client'));
        said.push('opened');
      },
      failed: (why) => void said.push(`failed ${why}`),
    });
  return { world, network, server, client, said, dial, link: () => link! };
}

describe('the simulated network', () => {
  it('tells both ends of a reset', async () => {
    const { world, network, said, dial } = aNetwork();
    dial();
    await world.run(() => said.length === 1, 1000);
    network.reset('ann');
    await quiet(world);
    assert.deepEqual(said.toSorted(), ['client closed reset', 'opened', 'server closed reset']);
    assert.deepEqual(network.links, []);
  });

  it('answers from a port where nobody listens with a refusal', async () => {
    const { world, said, dial, server } = aNetwork();
    server.end();
    dial();
    await quiet(world);
    assert.deepEqual(said, ['failed refused']);
  });

  it('lets nothing pass in the direction that is cut, and everything once mended', async () => {
    const { world, network, said, dial, link } = aNetwork();
    dial();
    await world.run(() => said.length === 1, 1000);
    network.cut('ann', ['up']);
    link().send('up', new Uint8Array(3));
    link().send('down', new Uint8Array(1));
    await world.run(() => false, 5000);
    assert.deepEqual(said, ['opened', 'client hears 1']);
    network.mend('ann');
    await quiet(world);
    const heard = said.map((line) => Number(/^server hears (\d)$/.exec(line)?.[1] ?? 0));
    assert.equal(
      heard.reduce((sum, octets) => sum + octets),
      3,
    );
  });

  it('leaves the other end in the dark when a machine vanishes', async () => {
    const { world, network, said, dial, link, client } = aNetwork();
    dial();
    await world.run(() => said.length === 1, 1000);
    network.died(client, true);
    client.end();
    link().send('down', new Uint8Array(1));
    await quiet(world);
    assert.deepEqual(said, ['opened']);
  });

  it('closes the other end when a process dies', async () => {
    const { world, network, said, dial, client } = aNetwork();
    dial();
    await world.run(() => said.length === 1, 1000);
    network.died(client, false);
    client.end();
    await quiet(world);
    assert.deepEqual(said, ['opened', 'server closed reset']);
  });
});
