import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ImError, reasonOf } from 'im-kernel/contract';

export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** Reads the files and tries them. Rejects with IM_TLS_FILES when they cannot serve. */
export async function readTlsFiles(
  settings: TlsSettings,
  instance: string,
): Promise<SecureContextOptions> {
  try {
    const [cert, key] = await Promise.all([readFile(settings.cert), readFile(settings.key)]);
    const options = { cert, key, minVersion: settings.minVersion };
    createSecureContext(options);
    return options;
  } catch (error) {
    throw new ImError(
      'IM_TLS_FILES',
      { instance, setting: 'tls', why: reasonOf(error) },
      { cause: error },
    );
  }
}
