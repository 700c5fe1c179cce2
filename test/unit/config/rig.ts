/** Loads YAML from a string, with plugins made for the test. */
import { ConfigError, printProblem } from '../../../core/config/problem.ts';
import { loadSettings } from '../../../core/config/load-settings.ts';
import type { Settings } from '../../../core/config/settings.ts';
import {
  address,
  duration,
  flag,
  group,
  ImError,
  listOf,
  oneOf,
  optional,
  path,
  secret,
  size,
  text,
  whole,
  type AnyPlugin,
  type Fields,
  type Role,
} from '../../../core/contract/index.ts';

export const EVERY_KIND: Fields = {
  listen: address({ help: 'Where.', fallback: { host: '127.0.0.1', port: 7400 } }),
  title: text({ help: 'A text.', fallback: 'none', min: 1, max: 8, pattern: '[a-z]+' }),
  key: optional(secret({ help: 'A secret.', min: 4 })),
  count: whole({ help: 'A number.', fallback: 3, min: 1, max: 9 }),
  any: optional(whole({ help: 'Any number.' })),
  idle: duration({ help: 'A time.', fallback: 1000, min: 10, max: 60_000 }),
  room: size({ help: 'A size.', fallback: 1024, min: 512, max: 1_048_576 }),
  quick: flag({ help: 'A flag.', fallback: true }),
  mode: oneOf({ help: 'A choice.', choices: ['calm', 'brisk'], fallback: 'calm' }),
  file: path({ help: 'A path.', fallback: './data/x' }),
  names: listOf(text({ help: 'One.' }), { help: 'Names.', fallback: [], max: 3 }),
  files: listOf(path({ help: 'One.' }), { help: 'Files.', fallback: ['./a'] }),
  tls: optional(
    group({
      help: 'TLS.',
      fields: {
        cert: path({ help: 'Certificate.' }),
        key: path({ help: 'Key.' }),
        oldest: oneOf({ help: 'Oldest.', choices: ['1.2', '1.3'], fallback: '1.2' }),
      },
    }),
  ),
  alive: group({
    help: 'Keep-alive.',
    fields: { idle: duration({ help: 'Idle.', fallback: 30_000 }) },
  }),
};

export function aPlugin(role: Role, type: string, config: Fields = {}): AnyPlugin {
  return {
    contract: 1,
    role,
    type,
    config,
    summary: `A ${role} for tests.`,
    stability: 'experimental',
    create: () => ({ start: () => Promise.resolve(), stop: () => Promise.resolve() }),
  };
}

export const PLUGINS: readonly AnyPlugin[] = [
  aPlugin('transport', 'every', EVERY_KIND),
  {
    ...aPlugin('transport', 'picky', { port: whole({ help: 'A port.', fallback: 1 }) }),
    check: (config) => (config['port'] === 13 ? ['port 13 brings bad luck'] : []),
  },
  {
    ...aPlugin('transport', 'address-rule', { url: secret({ help: 'Where.' }) }),
    check: ({ url }) => (typeof url === 'string' ? [] : ['url must be text']),
  },
  {
    ...aPlugin('transport', 'broken-check'),
    check: () => {
      throw new Error('oops');
    },
  },
  aPlugin('transport', 'door', {
    port: whole({ help: 'A port.', fallback: 1 }),
    paint: text({ help: 'A colour.', fallback: 'red', live: true }),
  }),
  aPlugin('guard', 'list', {
    list: text({ help: 'Words.', fallback: 'a' }),
    pass: optional(secret({ help: 'A secret.' })),
  }),
  aPlugin('persistence', 'sqlite', { file: path({ help: 'A file.', fallback: './data/im.db' }) }),
  aPlugin('persistence', 'memory'),
  aPlugin('answers', 'shelf', { url: secret({ help: 'Where.' }) }),
  aPlugin('guard', 'words', { words: listOf(text({ help: 'One.' }), { help: 'Words.' }) }),
  aPlugin('consumer', 'hook', {
    url: text({ help: 'Where.' }),
    key: optional(secret({ help: 'S.' })),
  }),
  aPlugin('ordering', 'conversation-owner'),
  aPlugin('ordering', 'by-clock', { window: duration({ help: 'A window.', fallback: 1_000 }) }),
  { ...aPlugin('ordering', 'by-both'), perKind: true },
  aPlugin('registry', 'store'),
  aPlugin('failover', 'none'),
  aPlugin('authentication', 'jwt', { secret: optional(secret({ help: 'A secret.' })) }),
];

/** A stand-in for the kernel's discovery, over PLUGINS. */
export function find(role: Role, use: string): Promise<AnyPlugin> {
  const found = PLUGINS.find((one) => one.role === role && one.type === use);
  if (found) return Promise.resolve(found);
  if (use.startsWith('./')) {
    return Promise.reject(new ImError('IM_PLUGIN_LOAD', { source: use, why: 'it is not there' }));
  }
  return Promise.reject(new ImError('IM_PLUGIN_UNKNOWN', { role, type: use }));
}

export function known(role: Role): Promise<readonly string[]> {
  return Promise.resolve(PLUGINS.filter((one) => one.role === role).map((one) => one.type));
}

export type Env = Readonly<Record<string, string | undefined>>;

export function load(yaml: string | Uint8Array, env: Env = {}): Promise<Settings> {
  const bytes = typeof yaml === 'string' ? new TextEncoder().encode(yaml) : yaml;
  const readFile = (): Promise<Uint8Array> => Promise.resolve(bytes);
  return loadSettings('/etc/im/im.config.yaml', { env, readFile, find, known });
}

/** The printed problems, without the file's name; fails if there are none. */
export async function problemsOf(
  yaml: string | Uint8Array,
  env: Env = {},
): Promise<readonly string[]> {
  try {
    await load(yaml, env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map((one) => printProblem(one).replace('/etc/im/im.config.yaml:', ''));
    }
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** A complete file: these settings in the only transport. */
export function file(settings: string, rest = ''): string {
  return `node: { name: im-1, data: ./data }
transports:
  tcp:
    use: every
${settings.replace(/^/gm, '    ')}
${rest}`;
}
