/** A certificate that signs itself, in a folder of its own, for as long as a test file runs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly folder: string;
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2';
  remove(): void;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'im-tls-'));
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const files = ['-keyout', key, '-out', cert];
  // Programs in Go, such as Prometheus, take a name from here alone.
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request.split(' '), ...names, ...files], { stdio: 'ignore' });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { folder, cert, key, minVersion: 'TLSv1.2', remove };
}
