/** The front door. */
import { schemeOf } from './addresses.ts';
import { Client } from './client.ts';
import { connectByScheme } from './connectors.ts';
import { CLIENT_LIMITS } from './limits.ts';
import type { ConnectOptions } from './options.ts';
import { memoryOutbox, type Outbox, type OutboxState } from './outbox.ts';
import { systemClock, systemRandom } from './system.ts';
import { askByFetch } from './web-gateway.ts';

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

function listOf(given: string | readonly string[]): readonly string[] {
  return typeof given === 'string' ? [given] : [...given];
}

/**
 * Returns at once; the connection is made, and kept, in the background. Listen to `message` before
 * anything else is awaited, or later: messages wait for their handler. Throws TypeError if there is
 * neither an address nor a gateway, or if a gateway is not `http:` or `https:`.
 */
export function connect(options: ConnectOptions): Client {
  const { outbox = memoryOutbox(), limits } = options;
  const [addresses, gateways] = [listOf(options.address ?? []), listOf(options.gateway ?? [])];
  if (addresses.length + gateways.length === 0) {
    throw new TypeError('connect needs at least one address or gateway');
  }
  for (const gateway of gateways) {
    if (!/^https?:$/.test(schemeOf(gateway))) {
      throw new TypeError(`${gateway}: a gateway is http: or https:`);
    }
  }
  return new Client({
    addresses,
    gateways,
    token: options.token,
    device: options.device,
    user: options.user,
    agent: options.agent,
    outbox: typeof outbox === 'string' ? outboxInFile(outbox) : outbox,
    order: options.order ?? 'sorted',
    limits: { ...CLIENT_LIMITS, ...limits },
    connector: options.connector ?? connectByScheme,
    askGateway: options.askGateway ?? askByFetch,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  });
}
