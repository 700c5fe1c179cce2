import { judgeTransport } from '../kit/transport-judge.ts';
import { connectWebSocket } from '../kit/transport-websocket-client.ts';
import plugin from '../../plugins/transports/websocket/index.ts';
import { makeCertificate } from '../unit/transports/certificate.ts';
import { webSettings } from '../unit/transports/settings.ts';

for (const subprotocol of ['im.tlv.1', 'im.json.1'] as const) {
  judgeTransport({
    name: `websocket with ${subprotocol}`,
    framing: 'messages',
    make: (host) => plugin.create(webSettings(), host),
    connect: (address) => connectWebSocket(address, subprotocol),
  });
}

describe('websocket over TLS', () => {
  const tls = makeCertificate();
  after(() => tls.remove());
  judgeTransport({
    name: 'websocket with a certificate',
    framing: 'messages',
    make: (host) => plugin.create(webSettings({ tls }), host),
    connect: (address) => connectWebSocket(address, 'im.tlv.1'),
    reloads: {
      good: webSettings({ tls }),
      bad: webSettings({ tls: { ...tls, cert: tls.key } }),
    },
  });
});
