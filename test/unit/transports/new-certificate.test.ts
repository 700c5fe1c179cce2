/** A certificate that is exchanged under open connections, as peers see it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { never } from '../../kit/quiet-host.ts';
import { makeCertificate, type Certificate } from './certificate.ts';
import { tcpSettings, webSettings } from './settings.ts';
import { onTcp, onWeb } from './stage.ts';

async function open(address: string): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(address);
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

function shownBy(socket: TLSSocket): string {
  return socket.getPeerX509Certificate()?.fingerprint256 ?? 'none';
}

function fingerprint({ cert }: Certificate): string {
  return new X509Certificate(readFileSync(cert)).fingerprint256;
}

describe('a new certificate', () => {
  let [first, second]: Certificate[] = [];

  before(() => ([first, second] = [makeCertificate(), makeCertificate()]));
  after(() => [first, second].forEach((one) => one?.remove()));

  for (const [name, on, settings] of [
    ['tcp-tlv', onTcp, tcpSettings],
    ['websocket', onWeb, webSettings],
  ] as const) {
    it(`is shown by ${name} to who comes then, from another file or the same one`, async () => {
      assert.ok(first && second);
      const own = makeCertificate();
      const { cert, key, minVersion } = own;
      const [print, next] = [fingerprint(own), fingerprint(second)];
      try {
        await on({ tls: own }, async ({ transport, address }) => {
          const old = await open(address);
          assert.equal(shownBy(old), print);
          copyFileSync(second?.cert ?? '', cert);
          writeFileSync(key, 'none');
          const same = settings({ tls: { cert, key, minVersion } });
          await assert.rejects(async () => transport.reload?.(same, never()), {
            code: 'IM_TLS_FILES',
          });
          copyFileSync(second?.key ?? '', key);
          const switchOver = await transport.reload?.(same, never());
          const between = await open(address);
          assert.equal(shownBy(between), print);
          switchOver?.();
          const young = await open(address);
          assert.equal(shownBy(young), next);
          const others = settings({ tls: first as Certificate });
          (await transport.reload?.(others, never()))?.();
          const youngest = await open(address);
          assert.equal(shownBy(youngest), fingerprint(first as Certificate));
          assert.equal(old.readyState, 'open');
          for (const socket of [old, between, young, youngest]) socket.destroy();
        });
      } finally {
        own.remove();
      }
    });
  }
});
