import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Meter } from './meter.ts';
import type { Refusal } from './upgrade.ts';

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers in plain HTTP, one line of text, and closes. Nothing that the peer sent is repeated to
 * it.
 */
export function refuse(socket: Duplex, refusal: Refusal, meter: Meter): void {
  meter.refused.add(1, refusal.reason);
  const { status, headers = {} } = refusal;
  const text = `${refusal.text}\n`;
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}

/**
 * For what Node could not read as a request: broken HTTP, a late one, or a failed TLS handshake.
 */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex, meter: Meter): void {
  // What still came after an answer is no second refusal.
  if (socket.writableEnded) return void socket.destroy();
  const code = error.code ?? '';
  const status = STATUS_BY_CODE[code] ?? (code.startsWith('HPE_') ? 400 : undefined);
  if (status !== undefined && socket.writable) {
    const reason = status === 408 ? 'timeout' : 'http';
    refuse(socket, { status, reason, text: STATUS_CODES[status] ?? '' }, meter);
    return;
  }
  meter.refused.add(1, code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') ? 'tls' : 'reset');
  socket.destroy();
}
