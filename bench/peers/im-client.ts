/** im-kernel over TCP: a lean client made of the wire room alone, so that the server is measured. */
import { connect } from 'node:net';
import type { Adapter } from '../workload.ts';
import { FrameBuffer } from '../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import { directConversation } from '../../core/wire/names.ts';
import { uuidV7 } from '../../core/wire/uuid.ts';

const MAX_FRAME = 70_000;

const adapter: Adapter = {
  async connect(address, { user, peer, token }, received) {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const output = new FrameBuffer();
    const decoder = new FrameDecoder({
      from: 'server',
      framing: 'stream',
      maxFrameBytes: MAX_FRAME,
      whatOf: () => 'history',
    });
    const conversation = directConversation(user, peer);
    const waiting = new Map<number, () => void>();
    let number = 0;
    let upTo = 0;
    let told = 0;
    let scheduled = false;
    const flush = (): void => {
      scheduled = false;
      if (upTo > told) {
        output.append({ type: 'received', upTo: [{ conversation, position: upTo }] });
        told = upTo;
      }
      if (output.length > 0) socket.write(output.take());
    };
    const schedule = (): void => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    };
    const welcomed = new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('data', (chunk) => {
        decoder.push(chunk);
        for (let frame = decoder.next(); frame; frame = decoder.next()) {
          if (frame.type === 'accepted') {
            waiting.get(frame.number)?.();
            waiting.delete(frame.number);
          } else if (frame.type === 'deliver') {
            upTo = frame.position;
            received(Buffer.from(frame.body as Uint8Array).toString('latin1'));
            schedule();
          } else if (frame.type === 'welcome') resolve();
          else if (frame.type === 'ping') {
            output.append({ ...frame, type: 'pong' });
            schedule();
          } else if (frame.type === 'refused' || frame.type === 'error') {
            throw new Error(`refused: ${frame.code}`);
          }
        }
      });
    });
    welcomed.catch(() => undefined);
    output.append({ type: 'hello', version: 1, token, device: 'bench' });
    flush();
    await welcomed;
    const random = new Uint8Array(10);
    return {
      send(text, acked) {
        number += 1;
        waiting.set(number, acked);
        const now = Date.now();
        crypto.getRandomValues(random);
        output.append({
          type: 'send',
          conversation,
          number,
          id: uuidV7(now, random),
          sentAt: now,
          body: Buffer.from(text, 'latin1'),
        });
        schedule();
      },
      close: () => socket.destroy(),
    };
  },
};
export default adapter;
