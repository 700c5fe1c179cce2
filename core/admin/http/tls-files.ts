/** The certificate that the admin API shows, and its key, tried before anybody is shown them. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Settings } from '../../config/settings.ts';
import { ImError, reasonOf } from '../../contract/index.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Rejects with IM_ADMIN_TLS. */
export async function readTlsFiles(tls: NonNullable<Settings['admin']['tls']>): Promise<TlsFiles> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert, 'utf8'), readFile(tls.key, 'utf8')]);
    // So that what is no certificate is told with its setting.
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const details = { why: reasonOf(error), setting: 'admin.tls' };
    throw new ImError('IM_ADMIN_TLS', details, { cause: error });
  }
}
