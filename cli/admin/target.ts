/** Which admin APIs are asked: by the options of a verb, or by configurations. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminClient, type Target } from '../../core/admin/client/admin-client.ts';
import { ADMIN_SOCKET, adminPlace } from '../../core/config/admin-place.ts';
import { ImError, reasonOf } from '../../core/contract/index.ts';
import type { Io } from '../io.ts';
import type { WhereOptions } from './where.ts';

export const CONFIG = 'im.config.yaml';

/**
 * Every node that is named: by its configuration (its socket if that is there, or its
 * `admin.listen` for who has a token), data folder, socket or URL. None: that of `im.config.yaml`.
 * The rest of a configuration may be wrong. Rejects with ConfigError, or IM_ADMIN_INPUT.
 */
export async function targetsOf(
  options: WhereOptions,
  { env }: Pick<Io, 'env'>,
): Promise<readonly Target[]> {
  const { data = [], socket = [], url = [] } = options;
  const sockets = [...data.map((folder) => join(folder, ADMIN_SOCKET)), ...socket];
  const isNamed = sockets.length + url.length > 0;
  const { config = isNamed ? [] : [CONFIG] } = options;
  const known = url.length > 0 ? await secrets(options, env) : {};
  return [
    ...(await Promise.all(config.map((file) => configured(file, options, env)))),
    ...sockets.map((path) => ({ name: path, socket: path })),
    ...url.map((one) => ({ name: one, url: checked(one), ...known })),
  ];
}

/** Of the one that is named. Rejects as `targetsOf`, and with IM_ADMIN_INPUT for several. */
export async function clientOf(options: WhereOptions, io: Pick<Io, 'env'>): Promise<AdminClient> {
  const [first, ...others] = await targetsOf(options, io);
  if (first && others.length === 0) return new AdminClient(first);
  const why = `one node is asked, and ${others.length + 1} are named`;
  throw new ImError('IM_ADMIN_INPUT', { why });
}

async function configured(file: string, options: WhereOptions, env: Io['env']): Promise<Target> {
  const { node, socket, listen, tls } = await adminPlace(file, env);
  const name = node ?? socket;
  if (!listen || (await isThere(socket))) return { name, socket };
  const known = await secrets({ ...(tls && { ca: tls.cert }), ...options }, env);
  if (known.token === undefined) return { name, socket };
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return { name, url: `${tls ? 'https' : 'http'}://${host}:${listen.port}`, ...known };
}

async function secrets(
  { tokenFile, ca }: Pick<WhereOptions, 'tokenFile' | 'ca'>,
  env: Io['env'],
): Promise<Pick<Target, 'token' | 'ca'>> {
  const token = tokenFile === undefined ? env['IM_ADMIN_TOKEN'] : await read(tokenFile);
  return {
    ...(token !== undefined && token !== '' && { token: token.trim() }),
    ...(ca !== undefined && { ca: await read(ca) }),
  };
}

function checked(url: string): string {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return url;
  throw new ImError('IM_ADMIN_INPUT', { why: `--url must be http:// or https://, not ${url}` });
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ImError('IM_ADMIN_INPUT', { why: reasonOf(error) }, { cause: undefined });
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
