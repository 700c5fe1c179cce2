import { connectStream, judgeTransport } from 'im-kernel/kit';
import plugin from './index.ts';

judgeTransport({
  name: 'my-plugin',
  framing: 'stream',
  make: (host) =>
    plugin.create({ listen: { host: '127.0.0.1', port: 0 }, flushTimeout: 5_000 }, host),
  connect: connectStream,
});
