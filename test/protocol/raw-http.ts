/** Octets to an HTTP server as nobody's library would send them, and what comes back. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

/** Connected, and says nothing by itself. */
export function rawSocket(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Of a connection that the other end closes when it has answered. */
export async function answerOf(socket: Socket, octets: string | Buffer): Promise<RawAnswer> {
  socket.on('error', () => undefined);
  socket.write(octets);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const text = Buffer.concat(chunks).toString();
  const [head = '', body = ''] = splitAt(text, '\r\n\r\n');
  const [, status = '0'] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
  const [, type] = /\r\ncontent-type: ([^\r]+)/i.exec(head) ?? [];
  return { status: Number(status), type, body };
}

function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
