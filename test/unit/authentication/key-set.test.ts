import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { Authentication } from 'im-kernel/contract';
import { fakeClock, never, quietHost, until } from 'im-kernel/kit';
import plugin from '../../../plugins/authentication/jwt/index.ts';
import { jwtSettings } from './jwt-settings.ts';

interface Pair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}
async function makePair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}
function tokenOf({ kid, privateKey }: Pair): Promise<string> {
  return new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
}

describe('the public keys of jwt over http', () => {
  const clock = fakeClock();
  let host = quietHost({ clock });
  let server: Server;
  let url = '';
  let asked = 0;
  let answer: RequestListener;
  let authentication: Authentication;
  let first: Pair;
  let second: Pair;

  const keys = (...pairs: Pair[]): RequestListener => {
    const text = JSON.stringify({ keys: pairs.map(({ jwk }) => jwk) });
    return (_request, response) => void response.end(text);
  };
  const userOf = async (token: string): Promise<string | undefined> => {
    const told = await authentication.authenticate(token);
    return 'user' in told ? told.user : undefined;
  };
  const states = (): string[] => host.reports.map(({ state }) => state);

  before(async () => {
    [first, second] = await Promise.all([makePair('one'), makePair('two')]);
    server = createServer((request, response) => {
      asked += 1;
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    asked = 0;
    answer = keys(first);
    host = quietHost({ clock });
    authentication = plugin.create(jwtSettings({ jwksUrl: url }), host);
  });
  afterEach(() => authentication.stop(never()));

  it('are asked for once for many tokens', async () => {
    await authentication.start(never());
    const token = await tokenOf(first);
    const users = await Promise.all(Array.from({ length: 50 }, () => userOf(token)));
    assert.ok(users.every((user) => user === 'ann'));
    assert.equal(asked, 1);
  });
  it('are asked for again when a token names a new one, after the cooldown only', async () => {
    await authentication.start(never());
    answer = keys(first, second);
    const token = await tokenOf(second);
    assert.equal(await userOf(token), undefined);
    assert.equal(asked, 1);
    clock.advance(30_000);
    assert.equal(await userOf(token), 'ann');
    assert.equal(asked, 2);
  });
  it('are asked for once per cooldown, however many unknown keys are named', async () => {
    await authentication.start(never());
    clock.advance(30_000);
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tokenOf({ ...second, kid: `x${index}` })),
    );
    for (const token of strangers) assert.equal(await userOf(token), undefined);
    assert.equal(asked, 2);
  });
  it('stay in use when the login goes away, and the node is degraded until it is back', async () => {
    await authentication.start(never());
    answer = (_request, response) => void response.writeHead(503).end();
    clock.advance(600_001);
    const token = await tokenOf(first);
    assert.equal(await userOf(token), 'ann');
    await until(() => states().at(-1) === 'degraded', 'degraded');
    answer = keys(first);
    clock.advance(30_000);
    assert.equal(await userOf(token), 'ann');
    await until(() => states().at(-1) === 'running', 'running again');
    assert.equal(asked, 3);
  });
  it('may be missing at the start: the node is degraded and tries again when asked', async () => {
    answer = (_request, response) => void response.writeHead(500).end();
    await authentication.start(never());
    assert.deepEqual(states(), ['degraded']);
    const token = await tokenOf(first);
    assert.equal(await userOf(token), undefined);
    assert.equal(asked, 1);
    answer = keys(first);
    clock.advance(30_000);
    assert.equal(await userOf(token), 'ann');
  });

  const useless: Record<string, RequestListener> = {
    'a redirect': (_request, response) => void response.writeHead(302, { location: url }).end(),
    'no JSON': (_request, response) => void response.end('<html>'),
    'no keys': (_request, response) => void response.end('{"keys":[]}'),
    'keys that are none': (_request, response) => void response.end('{"keys":[1]}'),
    'two MiB': (_request, response) => void response.end(Buffer.alloc(2_097_152, 32)),
    'a cut connection': (request) => void request.socket.destroy(),
  };
  for (const [what, listener] of Object.entries(useless)) {
    it(`are not there when the answer is ${what}`, async () => {
      answer = listener;
      await authentication.start(never());
      assert.deepEqual(states(), ['degraded']);
      assert.equal(await userOf(await tokenOf(first)), undefined);
    });
  }
  it('are not waited for longer than keysTimeout', async () => {
    answer = () => undefined;
    const starting = authentication.start(never());
    await until(() => asked === 1, 'the question has come');
    clock.advance(5_000);
    await starting;
    assert.match(String((host.reports.at(-1) as { why?: string }).why), /no answer in time/);
  });
  it('are not waited for by a stop', async () => {
    answer = () => undefined;
    const starting = authentication.start(never());
    await until(() => asked === 1, 'the question has come');
    await authentication.stop(never());
    await starting;
    assert.deepEqual(host.reports, []);
  });
});

function faults(given: Parameters<typeof jwtSettings>[0]): readonly string[] {
  return plugin.check?.(jwtSettings(given)) ?? [];
}

describe('the settings of jwt', () => {
  it('are right as they are', () => assert.deepEqual(faults({}), []));
  it('know where public keys may come from', () => {
    assert.deepEqual(faults({ jwksUrl: 'https://login.example/keys' }), []);
    assert.match(faults({ jwksUrl: 'http://login.example/keys' })[0] ?? '', /https/);
    assert.match(faults({ jwksUrl: 'https://me:too@login.example/' })[0] ?? '', /password/);
    assert.match(faults({ jwksUrl: 'keys' })[0] ?? '', /must be a URL/);
    assert.match(faults({ jwksUrl: 'https://a/', jwksFile: '/b' })[0] ?? '', /both/);
  });
  it('never let a secret and public keys be mixed up', () => {
    const jwksFile = '/keys.json';
    assert.equal(faults({ jwksFile, algorithms: ['HS256', 'ES256'] }).length, 1);
    assert.equal(faults({ algorithms: ['RS256'] }).length, 1);
    assert.deepEqual(faults({ jwksFile, algorithms: ['PS256'] }), []);
    assert.deepEqual(faults({ algorithms: ['HS256'] }), []);
  });
  it('make a missing file of keys a failed start', async () => {
    const authentication = plugin.create(
      jwtSettings({ jwksFile: `${tmpdir()}/no-such-keys` }),
      quietHost(),
    );
    await assert.rejects(authentication.start(never()), { code: 'IM_AUTH_KEYS' });
    await authentication.stop(never());
  });
});
