/** Errors as HTTP says them: `{ code, message, act }`, with the status that fits. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ImError, reasonOf, type Counter, type ErrorCode } from '../../contract/index.ts';

export interface Told {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly act: string };
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  IM_ADMIN_TOKEN: 401,
  IM_ADMIN_RIGHTS: 403,
  IM_ADMIN_INPUT: 400,
  IM_ADMIN_UNKNOWN: 404,
  IM_ADMIN_NO_NODE: 404,
  IM_ADMIN_ROUTE: 404,
  IM_CLUSTER_NONE: 404,
  IM_CLUSTER_EPOCH: 412,
  IM_SWITCHOVER_REFUSED: 409,
  IM_CONFIG_INVALID: 422,
  IM_CONFIG_MISSING: 422,
  IM_RELOAD_STALE: 412,
  IM_RELOAD_REFUSED: 422,
};

export function told(error: unknown): Told {
  const known = error instanceof ImError ? error : new ImError('IM_BUG', { why: reasonOf(error) });
  const { code, message, act, kind } = known;
  const status = STATUS[code] ?? (kind === 'passing' ? 503 : 500);
  return { status, body: { code, message, act } };
}

/** What fastify itself refuses: ill-formed, too large, late. */
export function asOurs(error: unknown): unknown {
  if (error instanceof ImError) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode >= 500) return error;
  return new ImError('IM_ADMIN_INPUT', { why: message ?? 'it cannot be read' });
}

const UNREAD: Readonly<Record<string, readonly [status: number, why: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come within its time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
};

/** Answers what is no request; closes the connection. */
export function refuseUnread(
  error: Error & { code?: string },
  socket: Socket,
  refused: Counter,
): void {
  refused.add(1, 'IM_ADMIN_INPUT');
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, why] = UNREAD[error.code ?? ''] ?? [400, 'it is no HTTP'];
  const body = JSON.stringify(told(new ImError('IM_ADMIN_INPUT', { why })).body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
