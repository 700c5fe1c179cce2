import assert from 'node:assert/strict';
import type { AskGateway, GatewayReply } from '../../../client/ask-gateway.ts';
import type { ConnectOptions } from '../../../client/options.ts';
import { aClient, type Stage } from './a-client.ts';

type Answer = GatewayReply | Error | 'silence';

function here(...addresses: readonly unknown[]): GatewayReply {
  const body = JSON.stringify({ node: 'im-a', epoch: 3, addresses });
  return { status: 200, retryAfter: undefined, body };
}

function says(status: number, retryAfter?: string, body = ''): GatewayReply {
  return { status, retryAfter, body };
}

const told = (retryAfterMs: unknown): string => JSON.stringify({ retryAfterMs });

interface Asked extends Stage {
  readonly urls: string[];
  /** What each gateway answers, by its host; a test may change it. */
  readonly answers: Record<string, Answer>;
}

function aClientOf(answers: Record<string, Answer>, options: Partial<ConnectOptions> = {}): Asked {
  const urls: string[] = [];
  const askGateway: AskGateway = (url) => {
    urls.push(url);
    const answer = answers[new URL(url).hostname] ?? new Error('no such host');
    if (answer === 'silence') return new Promise(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const gateway = Object.keys(answers).map((name) => `http://${name}:7430`);
  const stage = aClient({ gateway, address: [], askGateway, ...options });
  return { ...stage, urls, answers };
}

function visited({ net }: Asked): string[] {
  return net.links.map(({ address }) => address);
}

describe('the client, asking gateways', () => {
  it('asks before every connection, by its name once it knows it', async () => {
    const stage = aClientOf({ gw: here('tcp://one:1') });
    await stage.goOnline();
    stage.answers['gw'] = here('tcp://two:2');
    stage.net.last.cut();
    await stage.time.pass(1_000);
    assert.deepEqual(stage.urls, ['http://gw:7430/v1/server', 'http://gw:7430/v1/server?user=ann']);
    assert.deepEqual(visited(stage), ['tcp://one:1', 'tcp://two:2']);
  });

  it('asks the next one where one cannot be reached, is silent, or talks nonsense', async () => {
    const bodies = ['', '[]', '7', 'null', '{"addresses":"tcp://x:1"}', '{"addresses":[7]}', '<'];
    const bad: Answer[] = [
      new Error('refused'),
      'silence',
      says(503),
      says(503, 'Wed, 21 Oct 2026 07:28:00 GMT'),
      says(302),
      says(500, undefined, '{"retryAfterMs":1}'),
      says(404, '1'),
      here(),
      here('ftp://x:1', 'x'),
      ...bodies.map((body) => ({ ...says(200), body })),
    ];
    for (const answer of bad) {
      const stage = aClientOf({ one: answer, two: here('tcp://a:1') });
      await stage.time.pass(5_000);
      // One whose addresses are of no use has answered: another one is asked the next time.
      await stage.time.pass(1_000);
      assert.deepEqual(visited(stage), ['tcp://a:1'], JSON.stringify(answer));
    }
  });

  it('gives each of several a moment, and those that were late their time', async () => {
    const { urls, time, im } = aClientOf({ one: 'silence', two: 'silence', three: says(500) });
    const counts: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      await time.pass(1_000);
      counts.push(urls.length);
    }
    assert.deepEqual(counts, [2, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6]);
    assert.equal(im.counts.gatewayFailures, 5);
  });

  it('keeps to the one that helped, and asks another if what it said was of no use', async () => {
    const stage = aClientOf({ one: new Error('refused'), two: here('tcp://a:1') });
    await stage.goOnline();
    stage.net.last.cut();
    await stage.time.pass(500);
    assert.deepEqual(
      stage.urls.map((url) => new URL(url).hostname),
      ['one', 'two', 'two'],
    );
    stage.net.last.cut('refused');
    await stage.time.pass(1_000);
    assert.equal(new URL(stage.urls[3]!).hostname, 'one');
    assert.deepEqual([stage.im.counts.gatewaysAsked, stage.im.counts.gatewayFailures], [5, 2]);
  });

  it('waits as it is told by 503 and Retry-After, and a random time above it', async () => {
    const stage = aClientOf({ gw: says(503, '7') }, { address: 'tcp://own:1' });
    await stage.time.pass(7_000);
    assert.deepEqual([stage.urls.length, visited(stage)], [1, []]);
    assert.equal(stage.states.at(-1)?.reason, 'the gateway says to wait');
    await stage.time.pass(300);
    assert.equal(stage.urls.length, 2);
    stage.answers['gw'] = here('tcp://a:1');
    await stage.time.pass(8_000);
    assert.deepEqual(visited(stage), ['tcp://a:1']);
  });

  it('waits no longer than the body of a 503 says, where that says it', async () => {
    const cases: readonly [GatewayReply, number][] = [
      [says(503, '1', told(620)), 620],
      [says(503, undefined, told(620)), 620],
      [says(503, '2', told(-5)), 2_000],
      [says(503, '2', told('620')), 2_000],
      [says(503, '2', '<html>'), 2_000],
      [says(503, '2', 'null'), 2_000],
    ];
    for (const [answer, waitMs] of cases) {
      const stage = aClientOf({ gw: answer });
      await stage.time.pass(waitMs - 20);
      assert.deepEqual([stage.urls.length, stage.im.counts.gatewayFailures], [1, 0]);
      await stage.time.pass(20 + 500);
      assert.equal(stage.urls.length, 2);
    }
  });

  it('is not sent to sleep by a long Retry-After, nor kept busy by none', async () => {
    const long = aClientOf({ gw: says(503, '999999999') });
    await long.time.pass(301_000);
    assert.equal(long.urls.length, 2);
    const zero = aClientOf({ gw: says(503, '0') });
    await zero.time.pass(300_000);
    assert.ok(zero.urls.length < 40, `${zero.urls.length} questions in five minutes`);
  });

  it('takes its own list where no gateway has an answer, and says so', async () => {
    const stage = aClientOf({ gw: new Error('refused') }, { address: ['tcp://a:1', 'tcp://b:2'] });
    await stage.time.settle();
    stage.net.last.cut();
    await stage.time.pass(1_000);
    assert.deepEqual(visited(stage), ['tcp://a:1', 'tcp://b:2']);
    const [error] = stage.errors;
    assert.equal(error?.code, 'connection');
    assert.equal(error.message, 'no gateway has an answer: http://gw:7430: refused');
  });

  it('asks again with growing waits where it has no list', async () => {
    const stage = aClientOf({ gw: new Error('refused') });
    await stage.time.pass(300_000);
    assert.ok(stage.urls.length > 15 && stage.urls.length < 40, `${stage.urls.length} questions`);
    assert.equal(stage.im.state, 'offline');
  });

  it('lets no gateway send it to plain that speaks TLS, or where its own list is all TLS', async () => {
    const offered = here('tcp://a:1', 'tls://b:2');
    const cases: [Partial<ConnectOptions>, string][] = [
      [{ gateway: 'https://gw:1' }, 'tls://b:2'],
      [{ gateway: 'http://gw:1', address: ['tls://own:1'] }, 'tls://b:2'],
      [{ gateway: 'http://gw:1', address: ['tls://own:1', 'tcp://own:1'] }, 'tcp://a:1'],
    ];
    for (const [options, expected] of cases) {
      const stage = aClientOf({ gw: offered }, options);
      stage.chance.value = 0;
      await stage.time.settle();
      assert.deepEqual(visited(stage), [expected]);
    }
  });

  it('asks the gateway where MOVED names no address', async () => {
    const stage = aClientOf({ gw: here('tcp://a:1') });
    await stage.goOnline();
    stage.answers['gw'] = here('tcp://b:2');
    stage.net.last.say({ type: 'moved', retryAfterMs: 100 });
    await stage.time.pass(400);
    assert.deepEqual(visited(stage), ['tcp://a:1', 'tcp://b:2']);
  });

  it('asks below the path that a gateway has', async () => {
    const stage = aClientOf({ gw: here('tcp://a:1') }, { gateway: 'https://gw/im', user: 'a+b' });
    await stage.time.settle();
    assert.deepEqual(stage.urls, ['https://gw/im/v1/server?user=a%2Bb']);
  });

  it('can be closed while it asks, and leaves no timer behind', async () => {
    const stage = aClientOf({ gw: 'silence', other: here('tcp://a:1') });
    await stage.time.settle();
    await stage.im.close();
    await stage.time.pass(10_000);
    assert.deepEqual([stage.time.timers, stage.urls.length, visited(stage)], [0, 1, []]);
    assert.deepEqual(stage.errors, []);
  });
});
