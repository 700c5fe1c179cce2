/** The other end of socketio-server.ts: `emitWithAck`, as its users write it. */
import { io } from 'socket.io-client';
import type { Adapter } from '../workload.ts';

const adapter: Adapter = {
  async connect(address, { user, peer }, received) {
    const socket = io(address, { transports: ['websocket'], forceNew: true, auth: { user } });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.on('text', received);
    return {
      send(text, acked) {
        socket.emitWithAck('text', peer, text).then(acked, () => undefined);
      },
      close: () => void socket.close(),
    };
  },
};
export default adapter;
