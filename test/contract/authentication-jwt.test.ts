import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import type { Authentication, Host } from 'im-kernel/contract';
import { judgeAuthentication } from 'im-kernel/kit';
import plugin from '../../plugins/authentication/jwt/index.ts';
import { jwtSettings } from '../unit/authentication/jwt-settings.ts';

const octets = new Uint8Array(48).fill(7);
const toleranceMs = 10_000;
const lifeMs = 60_000;
const claimsFor = (user: string, nowMs: number): { sub: string; exp: number } => ({
  sub: user,
  exp: (nowMs + lifeMs) / 1000,
});
const lapsedAt = (nowMs: number): number => nowMs + lifeMs + toleranceMs;

type SigningKey = CryptoKey | Uint8Array;
function signed(claims: object, alg: string, key: SigningKey, header = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, ...header }).sign(key);
}

describe('jwt with a key file', () => {
  let folder = '';
  const make = (host: Host): Authentication =>
    plugin.create(
      jwtSettings({ secretFile: join(folder, 'auth.key'), issuer: 'login', audience: 'chat' }),
      host,
    );
  const asked = { iss: 'login', aud: 'chat' };

  judgeAuthentication({
    name: 'jwt with a key file',
    make,
    async prepare() {
      folder = await mkdtemp(join(tmpdir(), 'im-jwt-'));
      const line = Buffer.from(octets).toString('base64url');
      await writeFile(join(folder, 'auth.key'), line, { mode: 0o600 });
    },
    clean: () => rm(folder, { recursive: true }),
    good: (user, nowMs) => signed({ ...asked, ...claimsFor(user, nowMs) }, 'HS256', octets),
    lapsedAt,
    async bad(nowMs) {
      const claims = { ...asked, ...claimsFor('ann', nowMs) };
      const { sub: _, ...nobody } = claims;
      const expired = { ...claims, exp: (nowMs - toleranceMs) / 1000 };
      const other = new Uint8Array(48).fill(8);
      const { privateKey } = await generateKeyPair('ES256');
      return {
        'another key': await signed(claims, 'HS256', other),
        'another algorithm of the same key': await signed(claims, 'HS384', octets),
        'a public key algorithm': await signed(claims, 'ES256', privateKey),
        'no user': await signed(nobody, 'HS256', octets),
        'an empty user': await signed({ ...claims, sub: '' }, 'HS256', octets),
        'a number as user': await signed({ ...claims, sub: 7 }, 'HS256', octets),
        'a past expiry': await signed(expired, 'HS256', octets),
        'a text as expiry': await signed({ ...claims, exp: 'never' }, 'HS256', octets),
        'a start in the future': await signed({ ...claims, nbf: nowMs }, 'HS256', octets),
        'another issuer': await signed({ ...claims, iss: 'elsewhere' }, 'HS256', octets),
        'another audience': await signed({ ...claims, aud: 'admin' }, 'HS256', octets),
        'a critical extension': await signed(claims, 'HS256', octets, { crit: ['x'], x: 1 }).catch(
          () => 'this library refuses to make it',
        ),
      };
    },
  });
});

describe('jwt with public keys from a file', () => {
  let folder = '';
  let privateKey: CryptoKey;
  let publicPem = '';
  const make = (host: Host): Authentication =>
    plugin.create(jwtSettings({ jwksFile: join(folder, 'keys.json') }), host);

  judgeAuthentication({
    name: 'jwt with public keys',
    make,
    async prepare() {
      folder = await mkdtemp(join(tmpdir(), 'im-jwks-'));
      const pair = await generateKeyPair('EdDSA', { extractable: true });
      privateKey = pair.privateKey;
      publicPem = await exportSPKI(pair.publicKey);
      const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }];
      await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }));
    },
    clean: () => rm(folder, { recursive: true }),
    good: (user, nowMs) => signed(claimsFor(user, nowMs), 'EdDSA', privateKey, { kid: 'k1' }),
    lapsedAt,
    async bad(nowMs) {
      const claims = claimsFor('ann', nowMs);
      const stranger = await generateKeyPair('EdDSA');
      const publicAsSecret = new TextEncoder().encode(publicPem);
      return {
        'the public key used as a secret': await signed(claims, 'HS256', publicAsSecret),
        'a stranger’s key': await signed(claims, 'EdDSA', stranger.privateKey, { kid: 'k1' }),
        'an unknown key id': await signed(claims, 'EdDSA', privateKey, { kid: 'k2' }),
      };
    },
  });

  it('issues no tokens: they come from elsewhere', () => {
    const authentication = plugin.create(jwtSettings({ jwksFile: '/nowhere' }), {} as Host);
    assert.equal(typeof authentication.issue, 'undefined');
  });
});
