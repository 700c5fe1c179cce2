/**
 * Users come with a JSON Web Token: signed by a key file of this node, or by somebody whose public
 * keys are known.
 */
import {
  definePlugin,
  duration,
  listOf,
  oneOf,
  optional,
  path,
  text,
  type Values,
} from 'im-kernel/contract';
import { JwtAuthentication } from './jwt-authentication.ts';
import { KeyFile } from './key-file.ts';
import { KeySet } from './key-set.ts';
import { faultOfUrl, fetchText, readText } from './key-source.ts';

const PUBLIC_KEY_ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'] as const;
const usualPublicKeyAlgorithms = ['EdDSA', 'ES256', 'RS256'];

const config = {
  secretFile: path({
    help: 'The key for HS256, made at the first start. Unused with jwksUrl or jwksFile.',
    fallback: './data/auth.key',
  }),
  jwksUrl: optional(text({ help: 'Where the public keys of your login come from (https).' })),
  jwksFile: optional(path({ help: 'A file that holds the public keys of your login.' })),
  issuer: optional(text({ help: 'Tokens must name this issuer (`iss`).', min: 1 })),
  audience: optional(text({ help: 'Tokens must be meant for this audience (`aud`).', min: 1 })),
  algorithms: optional(
    listOf(oneOf({ help: 'An algorithm.', choices: ['HS256', ...PUBLIC_KEY_ALGORITHMS] }), {
      help: 'Accepted algorithms. Absent: HS256 with a key file; EdDSA, ES256, RS256 with public keys.',
      min: 1,
    }),
  ),
  life: duration({
    help: 'How long a token of `im token` holds.',
    fallback: 30 * 24 * 3_600_000,
    min: 1_000,
  }),
  clockTolerance: duration({
    help: 'How far the clock of whoever made a token may be off.',
    fallback: 10_000,
    min: 0,
    max: 3_600_000,
  }),
  keysMaxAge: duration({
    help: 'Public keys older than this are read again; the last good ones stay in use meanwhile.',
    fallback: 600_000,
    min: 1_000,
  }),
  keysCooldown: duration({
    help: 'Public keys are not asked for more often than this, whatever tokens name.',
    fallback: 30_000,
    min: 100,
  }),
  keysTimeout: duration({
    help: 'How long to wait for public keys.',
    fallback: 5_000,
    min: 100,
    max: 60_000,
  }),
};

function check(settings: Values<typeof config>): readonly string[] {
  const { jwksUrl, jwksFile, algorithms = [] } = settings;
  const faults: string[] = [];
  const publicKeys = jwksUrl !== undefined || jwksFile !== undefined;
  if (jwksUrl !== undefined && jwksFile !== undefined) {
    faults.push('jwksUrl and jwksFile cannot both be given');
  }
  const fault = jwksUrl === undefined ? undefined : faultOfUrl(jwksUrl);
  if (fault !== undefined) faults.push(`jwksUrl ${fault}`);
  if (publicKeys && algorithms.includes('HS256')) {
    faults.push(
      'HS256 needs a secret key: leave it out of algorithms, or leave out the public keys',
    );
  }
  if (!publicKeys && algorithms.some((algorithm) => algorithm !== 'HS256')) {
    faults.push('without jwksUrl or jwksFile the only algorithm is HS256');
  }
  return faults;
}

export default definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'jwt',
  summary: 'JSON Web Tokens, from this node (`im token`) or from your own login (public keys).',
  stability: 'stable',
  config,
  check,
  create(settings, host) {
    const { jwksUrl, jwksFile, algorithms } = settings;
    if (jwksUrl === undefined && jwksFile === undefined) {
      const keys = new KeyFile(settings.secretFile, host);
      return new JwtAuthentication({ ...settings, algorithms: ['HS256'] }, keys, host);
    }
    const source = jwksUrl ?? jwksFile ?? '';
    const required = jwksUrl === undefined;
    const read = (signal: AbortSignal): Promise<string> =>
      required ? readText(source, signal) : fetchText(source, signal);
    const keys = new KeySet({ ...settings, source, read, required }, host);
    const pinned = algorithms ?? usualPublicKeyAlgorithms;
    return new JwtAuthentication({ ...settings, algorithms: pinned }, keys, host);
  },
});
