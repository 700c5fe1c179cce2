/** From what the user typed to what the client needs. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../core/config/settings.ts';
import { localToken } from './local-token.ts';
import { load } from './plugins.ts';

export interface ChatOptions {
  readonly as: string;
  readonly to?: string;
  readonly group?: string;
  /** Addresses of servers, and of gateways. */
  readonly server?: readonly string[];
  readonly gateway?: readonly string[];
  readonly token?: string;
  readonly device?: string;
  /** Of the servers; default: `im.config.yaml`. Tokens come from the first one. */
  readonly config?: readonly string[];
}

export interface ChatPlan {
  readonly user: string;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly token: string | (() => Promise<string>);
  readonly device: string;
  /** The file that holds what is not answered yet. */
  readonly outbox: string;
  /** The conversation or user written to at first. */
  readonly target: string | undefined;
}

const DEFAULT_CONFIG = 'im.config.yaml';
export const NAME = /^[A-Za-z0-9._@+-]{1,64}$/;
const SERVER = /^(tcp|tls|ws|wss):\/\/./i;
const GATEWAY = /^https?:\/\/./i;
const DEFAULT_DEVICE = 'chat';

/** What is wrong with the options themselves, in one sentence. */
export function wrongUse(options: ChatOptions): string | undefined {
  const { as, to, group, device, server = [], gateway = [] } = options;
  if (to !== undefined && group !== undefined) return 'give --to or --group, not both';
  const names = {
    '--as': as,
    '--to': to,
    '--group': group?.replace(/^g\//, ''),
    '--device': device,
  };
  for (const [option, name] of Object.entries(names)) {
    if (name !== undefined && !NAME.test(name)) {
      return `${option} "${name}" is no name: 1-64 characters of A-Z a-z 0-9 . _ @ + -`;
    }
  }
  const noServer = server.find((address) => !SERVER.test(address) || !URL.canParse(address));
  if (noServer !== undefined) return `--server ${noServer}: not tcp://, tls://, ws:// or wss://`;
  const noGateway = gateway.find((url) => !GATEWAY.test(url) || !URL.canParse(url));
  if (noGateway !== undefined) return `--gateway ${noGateway}: not http:// or https://`;
  return undefined;
}

/** The settings by which both of our transports say where they listen. */
interface ListenConfig {
  readonly listen?: { readonly host: string; readonly port: number };
  readonly path?: string;
  readonly tls?: unknown;
}

/** Where the first transport of the configuration listens, as a client names it. */
export function addressOf(settings: Pick<Settings, 'transports'>): string {
  const [transport] = settings.transports;
  const { listen, path, tls }: ListenConfig = transport?.config ?? {};
  if (listen === undefined || listen.port === 0) {
    throw new Error(
      'the configuration names no fixed port: give --server with the address printed',
    );
  }
  // A server that listens everywhere is reached here, too.
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const plain = path === undefined ? 'tcp' : 'ws';
  const secure = path === undefined ? 'tls' : 'wss';
  return `${tls === undefined ? plain : secure}://${bracketed}:${listen.port}${path ?? ''}`;
}

function targetOf({ to, group }: ChatOptions): string | undefined {
  return group === undefined ? to : `g/${group.replace(/^g\//, '')}`;
}

/**
 * Configurations are needed for what is not given: the servers, the token, the data folder. The
 * outbox lies in `<node.data>/chat`, or without a configuration in `~/.local/state/im-kernel/chat`.
 *
 * @throws ConfigError, or what the authentication throws.
 */
export async function planChat(options: ChatOptions): Promise<ChatPlan> {
  const { as, server, gateway = [], token, device = DEFAULT_DEVICE } = options;
  const { config: files = [DEFAULT_CONFIG] } = options;
  const found = server !== undefined || gateway.length > 0;
  const configs = found && token !== undefined ? [] : files;
  const settings = await Promise.all(configs.map((file) => load(file, { env: process.env })));
  const data = settings[0]?.node.data ?? join(homedir(), '.local', 'state', 'im-kernel');
  return {
    user: as,
    addresses: found ? (server ?? []) : settings.map(addressOf),
    gateways: gateway,
    token: token ?? (() => localToken(files[0] ?? DEFAULT_CONFIG, as)),
    device,
    outbox: join(data, 'chat', `${as}.${device}.outbox`),
    target: targetOf(options),
  };
}
