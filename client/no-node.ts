/** Stands in a browser's bundle for what only Node can do: see "browser" in package.json. */
import type { Connector } from './connector.ts';
import type { Outbox } from './outbox.ts';

export const connectTcp: Connector = (address) => {
  throw new Error(`${address}: a browser connects by ws:// or wss:// only`);
};

export function fileOutbox(path: string): Outbox {
  throw new Error(`${path}: a browser has no files; give an outbox of your own`);
}
