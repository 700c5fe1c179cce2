/** Carries frames over plain TCP, one connection per client. */
import { address, definePlugin, duration } from 'im-kernel/contract';
import { MyTransport } from './my-transport.ts';

export default definePlugin({
  contract: 1,
  role: 'transport',
  type: 'my-plugin',
  summary: 'Carries frames over plain TCP.',
  stability: 'experimental',
  config: {
    listen: address({
      help: 'Where clients connect.',
      fallback: { host: '127.0.0.1', port: 7410 },
    }),
    flushTimeout: duration({
      help: 'How long a client may take for its last bytes.',
      fallback: 5_000,
      min: 100,
    }),
  },
  create: ({ listen, flushTimeout }, host) => new MyTransport(listen, flushTimeout, host),
});
