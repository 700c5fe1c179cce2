/** Reading somebody's public keys, from a file or over https, within bounds of size and time. */
import { createReadStream } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import type { Readable } from 'node:stream';

/** Far more than any set of keys needs. */
const keysMaxBytes = 1_048_576;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What is wrong with this address as a source of keys, or undefined. */
export function faultOfUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return 'must be a URL';
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'must not hold a user or password';
  if (protocol === 'https:') return undefined;
  if (protocol === 'http:' && LOOPBACK.has(hostname)) return undefined;
  return 'must begin with https://';
}

/**
 * The text of a file. Rejects if it cannot be read or is longer than 1 MiB, and when `signal`
 * fires.
 */
export function readText(file: string, signal: AbortSignal): Promise<string> {
  return gathered(createReadStream(file, { signal }));
}

/**
 * The text behind an https address (http on this machine only). Redirects are not followed,
 * connections not kept. Rejects on any other status than 200, on more than 1 MiB, and when `signal`
 * fires.
 */
export async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const headers = { accept: 'application/json' };
  get(url, { agent: false, signal, headers }, resolve).on('error', reject);
  const response = await promise;
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`the answer was ${response.statusCode}`);
  }
  return gathered(response);
}

async function gathered(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > keysMaxBytes) throw new Error(`longer than ${keysMaxBytes} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
