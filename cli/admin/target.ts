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
 * The rest of a configuration may be wrong. Rejects with ConfigError, IM_ADMIN_INPUT or
 * IM_ADMIN_TOKEN_FILE.
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
  const own = tls && { ca: tls.cert, caFrom: `admin.tls.cert of ${file}` };
  const known = await secrets({ ...(options.ca === undefined && own), ...options }, env);
  if (known.token === undefined) return { name, socket };
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return { name, url: `${tls ? 'https' : 'http'}://${host}:${listen.port}`, ...known };
}

async function secrets(
  { tokenFile, ca, caFrom = '--ca' }: Secrets,
  env: Io['env'],
): Promise<Pick<Target, 'token' | 'ca'>> {
  const token = tokenFile === undefined ? env['IM_ADMIN_TOKEN'] : await tokenIn(tokenFile);
  return {
    ...(token !== undefined && token !== '' && { token: token.trim() }),
    ...(ca !== undefined && { ca: await certificateIn(ca, caFrom) }),
  };
}

interface Secrets extends Pick<WhereOptions, 'tokenFile' | 'ca'> {
  /** What named the certificate. */
  readonly caFrom?: string;
}

async function tokenIn(file: string): Promise<string> {
  const refused = (why: string): ImError => new ImError('IM_ADMIN_TOKEN_FILE', { file, why });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refused(reasonOf(error));
  });
  if (text.trim() === '') throw refused('it is empty');
  return text;
}

async function certificateIn(file: string, from: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = `${file}, which ${from} names, cannot be read: ${reasonOf(error)}`;
    throw new ImError('IM_ADMIN_INPUT', { why }, { cause: undefined });
  }
}

function checked(url: string): string {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return url;
  throw new ImError('IM_ADMIN_INPUT', { why: `--url must be http:// or https://, not ${url}` });
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
