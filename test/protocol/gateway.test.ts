import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { assembleGateway } from '../../core/assembly/assemble-gateway.ts';
import type { Means } from '../../core/assembly/foundation.ts';
import type { Program } from '../../core/assembly/program.ts';
import type { Settings } from '../../core/config/settings.ts';
import { BEAT_MS, LEASE_MS, Access, Pair } from './pair-stage.ts';
import { JSON_MESSAGES, Stage, TLV, type StageOptions } from './stage.ts';

/** What the assembly says against it. */
function refusal(settings: Settings, means: Means): string {
  try {
    assembleGateway(settings, means);
    return 'none';
  } catch (error) {
    return error instanceof ImError ? `${error.code} ${error.message}` : 'another error';
  }
}

describe('im gateway beside a pair', () => {
  let pair: Pair;
  let access: Access;
  let stage: Stage;
  let gateway: Program;
  beforeEach(async () => {
    pair = new Pair();
    await pair.start();
    await openGateway();
  });
  afterEach(async () => {
    access.heal();
    const stopping = gateway.stop();
    await pair.pass(100);
    await stopping;
    await pair.stop();
  });

  function build(options: Partial<StageOptions> = {}): Stage {
    const { clock } = pair;
    const { cluster } = pair.a.stage.settings;
    access = new Access(pair.shared);
    const between = () => access.store;
    return new Stage({ name: 'gate', clock, cluster, between, seed: 7, ...options });
  }

  async function openGateway(options: Partial<StageOptions> = {}): Promise<void> {
    stage = build(options);
    gateway = assembleGateway(stage.settings, stage.means);
    await gateway.start();
  }

  /** Greets, and resolves to what MOVED says; nothing else may be said. */
  async function sent(binding = TLV) {
    const client = stage.connect(binding);
    client.hello('ann');
    const { type: _type, ...moved } = await client.next('moved');
    await stage.rest();
    assert.equal(client.log.length, 1);
    assert.notEqual(client.wire.lingerMs, undefined, 'it was not ended');
    client.wire.vanish();
    return moved;
  }

  it('sends every client to the node that serves, in either encoding', async () => {
    for (const binding of [TLV, JSON_MESSAGES]) {
      const moved = await sent(binding);
      assert.deepEqual(moved, { address: ['tcp://im-a:7400'], reason: 'im-a serves' });
    }
  });

  it('looks at no token: who it is, is the node’s to find out', async () => {
    const client = stage.connect();
    client.hello('bad');
    assert.deepEqual((await client.next('moved')).address, ['tcp://im-a:7400']);
  });

  it('never sends anybody back to the dead, and soon to who follows', async () => {
    await pair.pass(11_000);
    pair.a.access.cut = true;
    const seen = new Set<string>();
    for (let ms = 0; ms < LEASE_MS + 3_000 && !seen.has('tcp://im-b:7400'); ms += 100) {
      await pair.pass(100);
      const [address = 'nobody'] = (await sent()).address ?? [];
      seen.add(address);
      if (pair.b.serves && ms > LEASE_MS + BEAT_MS) assert.notEqual(address, 'tcp://im-a:7400');
    }
    assert.deepEqual([...seen], ['tcp://im-a:7400', 'nobody', 'tcp://im-b:7400']);
    pair.a.access.heal();
    await pair.pass(2_500);
    assert.deepEqual((await sent()).address, ['tcp://im-b:7400']);
  });

  it('goes by what it saw last while the store is away, and by what is when it is back', async () => {
    access.cut = true;
    await pair.pass(60_000);
    assert.deepEqual((await sent()).address, ['tcp://im-a:7400']);
    access.heal();
    await pair.a.stop();
    await pair.pass(2 * BEAT_MS);
    assert.deepEqual((await sent()).address, ['tcp://im-b:7400']);
  });

  it('tells a storm when to come again, each later than the last', async () => {
    const stopping = gateway.stop();
    await pair.pass(100);
    await stopping;
    await openGateway({ limits: { gatewayPerSecond: 10, gatewayBurst: 2 } });
    const waits: (number | undefined)[] = [];
    for (let client = 0; client < 5; client += 1) {
      const { address, retryAfterMs } = await sent();
      waits.push(address ? 0 : retryAfterMs);
    }
    assert.deepEqual(waits, [0, 0, 100, 200, 300]);
  });

  it('refuses what is no greeting, as a node does', async () => {
    const old = stage.connect();
    old.hello('ann', 'd1', { version: 9 });
    assert.equal((await old.next('error')).code, 'unsupported-version');
    const rude = stage.connect();
    rude.say({ type: 'ping', id: 1, sentAt: 1 });
    assert.equal((await rude.next('error')).code, 'unauthenticated');
    const mad = stage.connect();
    mad.wire.say(Uint8Array.of(0, 0, 0, 1, 0x7f));
    assert.equal((await mad.next('error')).code, 'malformed');
    const silent = stage.connect();
    await pair.pass(stage.settings.limits.helloTimeout + 1_000);
    assert.equal((await silent.next('error')).code, 'unauthenticated');
  });

  it('runs only where there is a cluster to look at, and somebody to tell', () => {
    const { settings, means } = stage;
    assert.match(
      refusal({ ...settings, cluster: undefined }, means),
      /^IM_GATEWAY_NONE .*no block `cluster`/,
    );
    assert.match(
      refusal({ ...settings, transports: [] }, means),
      /^IM_GATEWAY_NONE .*neither `gateway` nor/,
    );
  });
});
