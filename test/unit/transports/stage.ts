/** Our transports, started for one test each. */
import assert from 'node:assert/strict';
import type { Transport } from 'im-kernel/contract';
import tcp from '../../../plugins/transports/tcp-tlv/index.ts';
import web from '../../../plugins/transports/websocket/index.ts';
import type { Settings as TcpSettings } from '../../../plugins/transports/tcp-tlv/settings.ts';
import type { Settings as WebSettings } from '../../../plugins/transports/websocket/settings.ts';
import { never, until } from '../../kit/quiet-host.ts';
import { recordingHost, type RecordingHost } from '../../kit/transport-host.ts';
import { tcpSettings, webSettings } from './settings.ts';

interface Started {
  readonly host: RecordingHost;
  readonly transport: Transport;
  readonly address: string;
}
type Act = (started: Started) => Promise<void>;
type Make = (host: RecordingHost) => Transport;

async function started(make: Make, act: Act, bounds?: { messageMaxBytes?: number }): Promise<void> {
  const host = recordingHost(bounds);
  const transport = make(host);
  await transport.start(never());
  try {
    await act({ host, transport, address: transport.addresses[0] ?? '' });
  } finally {
    await transport.stop(never());
  }
  await until(() => host.ears.every((ear) => ear.heard.at(-1) === 'closed'), 'all is closed');
  assert.deepEqual(
    host.ears.flatMap((ear) => ear.breaches),
    [],
  );
}

export function onTcp(changed: Partial<TcpSettings>, act: Act): Promise<void> {
  return started((host) => tcp.create(tcpSettings(changed), host), act);
}

export function onWeb(
  changed: Partial<WebSettings>,
  act: Act,
  bounds?: { messageMaxBytes?: number },
): Promise<void> {
  return started((host) => web.create(webSettings(changed), host), act, bounds);
}
