/** Bad networks between the clients and the server, one after the other, and some at once. */
import { lossy } from '../../sim/lossy.ts';
import { Prng } from '../../sim/prng.ts';
import { FaultProxy, FINE_CLIMATE } from '../fault-proxy.ts';
import type { FaultRig, Findings } from '../fault-rig.ts';
import type { Ground } from '../ground.ts';
import { onStage, type Stage } from '../stage.ts';
import { FINE, slow, STALLED, strike, type Trouble } from '../trouble.ts';

const SCHEMES = ['tcp:', 'ws:'] as const;
const LOSS = 0.05;
const SEED = 1;

/** Those that last longer than the 2.5 s of silence after which an end gives up, and others. */
const TROUBLES: readonly Trouble[] = [
  {
    name: 'slices, and 30 ms each way',
    forMs: 1_000,
    climate: (prng) => ({ up: slow(30, prng), down: slow(30, prng), refuses: false }),
  },
  { name: 'resets', forMs: 0, blow: (proxy) => proxy.reset() },
  {
    name: 'nothing goes up, longer than a client waits',
    forMs: 4_000,
    climate: () => ({ up: STALLED, down: FINE, refuses: false }),
  },
  { name: 'connections vanish without an end', forMs: 0, blow: (proxy) => proxy.vanish() },
  {
    name: 'nothing goes down, shorter than a client waits',
    forMs: 1_200,
    climate: () => ({ up: FINE, down: STALLED, refuses: false }),
  },
  {
    name: 'resets in the middle of slices',
    forMs: 300,
    climate: (prng) => ({ up: slow(5, prng), down: slow(5, prng), refuses: false }),
    blow: (proxy) => proxy.reset(),
  },
  {
    name: 'nothing goes either way, longer than a client waits',
    forMs: 3_500,
    climate: () => ({ up: STALLED, down: STALLED, refuses: false }),
  },
  {
    name: 'resets, and nobody gets in',
    forMs: 700,
    climate: () => ({ ...FINE_CLIMATE, refuses: true }),
    blow: (proxy) => proxy.reset(),
  },
  {
    name: 'nothing goes down, longer than a client waits, over slices',
    forMs: 3_500,
    climate: (prng) => ({ up: slow(10, prng), down: STALLED, refuses: false }),
  },
];

async function behindProxies(
  ground: Ground,
  spoil: (() => (bytes: Uint8Array) => Uint8Array) | undefined,
  play: (stage: Stage, proxies: readonly FaultProxy[]) => Promise<void>,
): Promise<Findings> {
  const ports = new Map<string, number>();
  const proxies = new Map(
    SCHEMES.map((scheme) => [scheme, new FaultProxy(() => ports.get(scheme) ?? 0)] as const),
  );
  for (const proxy of proxies.values()) await proxy.start();
  const via = (address: string): string => {
    const url = new URL(address);
    const scheme = SCHEMES.find((one) => one === url.protocol);
    if (scheme === undefined) throw new Error(`${address} has no proxy`);
    ports.set(scheme, Number(url.port));
    url.port = String(proxies.get(scheme)?.port);
    return url.href;
  };
  try {
    const parts = { ground, via, ...(spoil && { spoil }) };
    return await onStage(parts, (stage) => play(stage, [...proxies.values()]));
  } finally {
    for (const proxy of proxies.values()) await proxy.stop();
  }
}

export const network: FaultRig = {
  name: 'bad network',
  rounds: { quick: TROUBLES.length, full: TROUBLES.length * 8 },
  missing: () => undefined,
  play: (ground, rounds) =>
    behindProxies(ground, undefined, async (stage, proxies) => {
      const prng = new Prng(SEED);
      await stage.begin();
      for (let round = 0; round < rounds; round += 1) {
        await stage.answers(prng.between(50, 300));
        const trouble = TROUBLES[round % TROUBLES.length];
        // Later, one of the two networks is often bad alone.
        const isFirst = round < TROUBLES.length;
        const struck = isFirst ? proxies : prng.some(proxies, 0.5);
        if (trouble) await strike(trouble, struck, prng);
      }
      await stage.rest();
      const { welcomed } = stage.recorder;
      if (welcomed < rounds)
        stage.fail('rig', `${welcomed} connections in ${rounds} rounds: too little was broken`);
      await stage.end();
    }),
  control: {
    what: 'a network that swallows deliveries whole',
    breaks: 'P5',
    play: (ground) => {
      const prng = new Prng(SEED);
      return behindProxies(
        ground,
        () => lossy(prng.fork(), LOSS),
        async (stage) => {
          await stage.begin();
          await stage.answers(500);
          await stage.rest();
          await stage.end();
        },
      );
    },
  },
};
