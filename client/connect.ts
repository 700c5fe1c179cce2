/** The front door. */
import { Client } from './client.ts';
import { connectByScheme } from './connectors.ts';
import { CLIENT_LIMITS } from './limits.ts';
import type { ConnectOptions } from './options.ts';
import { memoryOutbox, type Outbox, type OutboxState } from './outbox.ts';
import { systemClock, systemRandom } from './system.ts';

/** The file's module is loaded with its first use, so that a browser's bundle does without. */
function outboxInFile(path: string): Outbox {
  let file: Outbox | undefined;
  return {
    load: async (): Promise<OutboxState> => {
      const { fileOutbox } = await import('./node/index.ts');
      file = fileOutbox(path);
      return file.load();
    },
    write: (changes) => file?.write(changes),
    close: async () => file?.close(),
  };
}

/**
 * Returns at once; the connection is made, and kept, in the background. Listen to `message` before
 * anything else is awaited, or later: messages wait for their handler. Throws TypeError if there is
 * no address.
 */
export function connect(options: ConnectOptions): Client {
  const { address, outbox = memoryOutbox(), limits } = options;
  const addresses = typeof address === 'string' ? [address] : [...address];
  if (addresses.length === 0) throw new TypeError('connect needs at least one address');
  return new Client({
    addresses,
    token: options.token,
    device: options.device,
    user: options.user,
    agent: options.agent,
    outbox: typeof outbox === 'string' ? outboxInFile(outbox) : outbox,
    order: options.order ?? 'sorted',
    limits: { ...CLIENT_LIMITS, ...limits },
    connector: options.connector ?? connectByScheme,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  });
}
