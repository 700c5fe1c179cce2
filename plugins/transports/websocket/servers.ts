/** The settings of the two libraries in front: Node's HTTP server and `ws`. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { WebSocketServer, type Server as WebSocketServerOf } from 'ws';
import type { TransportHost } from 'im-kernel/contract';
import { HeldWebSocket } from './held-web-socket.ts';
import type { Settings } from './settings.ts';
import { chooseSubprotocol } from './upgrade.ts';

/**
 * `ws` destroys a socket this long after its close frame; our own limits are shorter and come
 * first.
 */
const CLOSE_TIMEOUT_MS = 86_400_000;

export type Upgrader = WebSocketServerOf<typeof HeldWebSocket>;

export function makeServer(settings: Settings, files: SecureContextOptions | undefined): Server {
  const { headersTimeout, headersMaxBytes, handshakeTimeout } = settings;
  const options = {
    maxHeaderSize: headersMaxBytes,
    headersTimeout,
    requestTimeout: headersTimeout,
    connectionsCheckingInterval: Math.min(headersTimeout, 1_000),
    noDelay: true,
    insecureHTTPParser: false,
  };
  const server = files
    ? createTlsServer({ ...files, ...options, handshakeTimeout })
    : createServer(options);
  // All headers are kept to be counted: `headersMaxBytes` bounds them.
  server.maxHeadersCount = 0;
  return server;
}

export function makeUpgrader(settings: Settings, host: TransportHost): Upgrader {
  const options = {
    noServer: true,
    WebSocket: HeldWebSocket,
    perMessageDeflate: false,
    clientTracking: false,
    allowSynchronousEvents: true,
    skipUTF8Validation: false,
    maxPayload: host.messageMaxBytes,
    maxFragments: settings.fragmentsMax,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (offered: Set<string>) => chooseSubprotocol(offered) ?? false,
  } as const;
  return new WebSocketServer(options);
}
