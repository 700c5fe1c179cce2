import { connectStream } from '../kit/transport-client.ts';
import { judgeTransport } from '../kit/transport-judge.ts';
import plugin from '../../plugins/transports/tcp-tlv/index.ts';
import { makeCertificate } from '../unit/transports/certificate.ts';
import { tcpSettings } from '../unit/transports/settings.ts';

judgeTransport({
  name: 'tcp-tlv',
  framing: 'stream',
  make: (host) => plugin.create(tcpSettings(), host),
  connect: connectStream,
});

describe('tcp-tlv over TLS', () => {
  const tls = makeCertificate();
  after(() => tls.remove());
  judgeTransport({
    name: 'tcp-tlv with a certificate',
    framing: 'stream',
    make: (host) => plugin.create(tcpSettings({ tls }), host),
    connect: connectStream,
    reloads: {
      good: tcpSettings({ tls }),
      bad: tcpSettings({ tls: { ...tls, cert: tls.key } }),
    },
  });
});
