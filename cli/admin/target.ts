/** Which admin API is asked: by the options of a verb, or by the configuration. */
import { access, readFile } from 'node:fs/promises';
import { AdminClient, type Target } from '../../core/admin/client/admin-client.ts';
import { adminPlace } from '../../core/config/admin-place.ts';
import { ImError, reasonOf } from '../../core/contract/index.ts';
import type { Io } from '../io.ts';

export interface TargetOptions {
  readonly config: string;
  readonly socket?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
}

/**
 * `--url`, or `--socket`, or the socket of the configuration if it is there, or its `admin.listen`
 * for who has a token.
 */
export async function targetOf(options: TargetOptions, io: Pick<Io, 'env'>): Promise<Target> {
  const { socket, url } = options;
  if (url !== undefined) return { name: url, url: checked(url), ...(await secrets(options, io)) };
  if (socket !== undefined) return { name: socket, socket };
  const { socket: configured, listen, tls } = await adminPlace(options.config, io.env);
  const bySocket = { name: configured, socket: configured };
  if (!listen || (await isThere(configured))) return bySocket;
  const known = await secrets({ ...(tls && { ca: tls.cert }), ...options }, io);
  if (known.token === undefined) return bySocket;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const address = `${tls ? 'https' : 'http'}://${host}:${listen.port}`;
  return { name: address, url: address, ...known };
}

export async function clientOf(options: TargetOptions, io: Io): Promise<AdminClient> {
  return new AdminClient(await targetOf(options, io));
}

async function secrets(
  { tokenFile, ca }: Pick<TargetOptions, 'tokenFile' | 'ca'>,
  { env }: Pick<Io, 'env'>,
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
