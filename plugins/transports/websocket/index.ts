import { definePlugin } from 'im-kernel/contract';
import { SETTINGS } from './settings.ts';
import { WebTransport } from './web-transport.ts';

/** What a browser writes into Origin: scheme, host and perhaps port, nothing behind. */
const ORIGIN = /^(null|[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+)$/;

export default definePlugin({
  contract: 1,
  role: 'transport',
  type: 'websocket',
  summary: 'WebSocket with the subprotocols im.tlv.1 and im.json.1, for browsers and others.',
  stability: 'stable',
  config: SETTINGS,
  check: ({ origins }) =>
    origins
      .filter((origin) => !ORIGIN.test(origin))
      .map(
        (origin) => `origins: "${origin}" is no origin; write scheme://host or scheme://host:port`,
      ),
  create: (config, host) => new WebTransport(config, host),
});
