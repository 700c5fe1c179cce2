/**
 * Socket.IO with its in-memory adapter, WebSocket only: forwards a text and acknowledges it.
 * Nothing is kept.
 */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  const user = String(socket.handshake.auth['user']);
  void socket.join(user);
  socket.on('text', (to: string, text: string, acknowledge: () => void) => {
    io.to(to).emit('text', text);
    acknowledge();
  });
});
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address && typeof address === 'object') {
    console.log(`listening http://127.0.0.1:${address.port}`);
  }
});
