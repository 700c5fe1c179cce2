import { definePlugin } from 'im-kernel/contract';
import { SETTINGS } from './settings.ts';
import { TcpTransport } from './tcp-transport.ts';

export default definePlugin({
  contract: 1,
  role: 'transport',
  type: 'tcp-tlv',
  summary: 'TLV frames over TCP, or TLS when a certificate is named.',
  stability: 'stable',
  config: SETTINGS,
  create: (config, host) => new TcpTransport(config, host),
});
