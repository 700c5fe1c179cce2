/** A page's program: it is type-checked without Node's types, and bundled for a browser. */
import { connect, type Client } from 'im-kernel/client';

export function open(address: string, token: string): Client {
  return connect({ address, token, device: 'page' });
}
