/** The other end of raw-server.ts. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Adapter } from '../workload.ts';

const adapter: Adapter = {
  async connect(address, { user, peer }, received) {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    await once(socket, 'connect');
    let parts: Buffer[] = [];
    let rest: Buffer = Buffer.alloc(0);
    let number = 0;
    const waiting = new Map<number, () => void>();
    const push = (part: Buffer): void => {
      if (parts.length === 0) {
        setImmediate(() => {
          socket.write(Buffer.concat(parts));
          parts = [];
        });
      }
      parts.push(part);
    };
    const take = (frame: Buffer): void => {
      if (frame[4] === 2) {
        const answered = frame.readUInt32BE(5);
        waiting.get(answered)?.();
        waiting.delete(answered);
        return;
      }
      received(frame.toString('latin1', frame.indexOf(0, 5) + 5));
    };
    socket.on('data', (chunk) => {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      while (bytes.length >= 4) {
        const length = bytes.readUInt32BE(0);
        if (bytes.length < 4 + length) break;
        take(bytes.subarray(0, 4 + length));
        bytes = bytes.subarray(4 + length);
      }
      rest = bytes;
    });
    push(framed(0, Buffer.from(user, 'latin1')));
    const head = Buffer.from(`${peer}\0`, 'latin1');
    return {
      send(text, acked) {
        number += 1;
        waiting.set(number, acked);
        const numbered = Buffer.allocUnsafe(4);
        numbered.writeUInt32BE(number);
        push(framed(1, head, numbered, Buffer.from(text, 'latin1')));
      },
      close: () => socket.destroy(),
    };
  },
};

function framed(kind: number, ...parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(length, 0);
  head[4] = kind;
  return Buffer.concat([head, ...parts]);
}
export default adapter;
