/**
 * Tokens that are the same in every run, and made at once. They hold for ever, on a server that
 * is given this key; nobody else should be.
 */
import { createHmac } from 'node:crypto';

const KEY = Buffer.alloc(32, 0x66);

/** What stands in the key file of the server. */
export const KEY_FILE_TEXT = `${KEY.toString('base64url')}\n`;

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const HEADER = part({ alg: 'HS256', typ: 'JWT' });

/** `key`: of another server. */
export function tokenFor(user: string, key = KEY): string {
  const signed = `${HEADER}.${part({ sub: user })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
