import type { AddressInfo, Server } from 'node:net';
import { ImError, reasonOf, type ListenAddress } from 'im-kernel/contract';

export interface ListenOptions {
  readonly at: ListenAddress;
  readonly backlog: number;
  /** The instance's name, for the error's advice. */
  readonly instance: string;
  readonly signal: AbortSignal;
}

/** `host:port`, an IPv6 host in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function listenError(error: NodeJS.ErrnoException, options: ListenOptions): ImError {
  const address = hostPort(options.at.host, options.at.port);
  if (error.code === 'EADDRINUSE') {
    return new ImError(
      'IM_LISTEN_TAKEN',
      { address, instance: options.instance, setting: 'listen' },
      { cause: error },
    );
  }
  return new ImError(
    'IM_LISTEN_DENIED',
    { address, setting: 'listen', why: reasonOf(error) },
    { cause: error },
  );
}

/**
 * Resolves to the real `host:port`. Rejects with IM_LISTEN_TAKEN, IM_LISTEN_DENIED or the signal's
 * reason; nothing listens then. Node looks even a numeric host up before it binds, so an abort is
 * heeded after that, not within.
 */
export async function listen(server: Server, options: ListenOptions): Promise<string> {
  const { at, backlog, signal } = options;
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => reject(listenError(error, options));
    server.once('error', onError);
    server.listen({ host: at.host, port: at.port, backlog }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  if (signal.aborted) server.close();
  signal.throwIfAborted();
  return hostPort(at.host, port);
}
