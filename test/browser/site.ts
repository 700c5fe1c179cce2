/** The example page, bundled, on a web server of its own. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'browser');

/** What a browser gets to run. Throws if the bundle has warnings. */
export async function bundle(): Promise<string> {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(folder, 'chat.js')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    conditions: ['im-src'],
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  return outputFiles[0]?.text ?? '';
}

export interface Site {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the page and `script` as its chat.js on a free port of this machine. */
export async function serve(script: string): Promise<Site> {
  const pages = new Map([
    ['/', { type: 'text/html', text: await readFile(join(folder, 'index.html'), 'utf8') }],
    ['/chat.js', { type: 'text/javascript', text: script }],
  ]);
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    response.writeHead(page ? 200 : 404, { 'content-type': page?.type ?? 'text/plain' });
    response.end(page?.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
