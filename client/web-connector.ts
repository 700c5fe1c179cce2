/**
 * WebSocket, as browsers and Node have it: subprotocol `im.tlv.1`, whole frames in each binary
 * message.
 */
import type { Connector } from './connector.ts';

const SUBPROTOCOL = 'im.tlv.1';
/** `WebSocket.OPEN`. */
const OPEN = 1;

/** The part of the platform's WebSocket that is used here. */
interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array): void;
  close(code?: number): void;
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: { data?: unknown; code?: number; reason?: string; message?: string }) => void,
  ): void;
}
type SocketClass = new (address: string, protocol: string) => Socket;

function reasonOfClose(code: number | undefined, reason: string | undefined): string {
  const words = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return `the WebSocket was closed (${code ?? 'no code'}${words})`;
}

export const connectWeb: Connector = (address, events) => {
  const { WebSocket: WebSocketClass } = globalThis as unknown as { WebSocket?: SocketClass };
  if (WebSocketClass === undefined) throw new Error('this platform has no WebSocket');
  const socket = new WebSocketClass(address, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  let failure: string | undefined;
  let closed = false;
  const close = (why?: string): void => {
    if (closed) return;
    closed = true;
    events.closed(why);
  };
  socket.addEventListener('open', () => events.opened());
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) events.received(new Uint8Array(data));
    else socket.close(1003);
  });
  socket.addEventListener('error', ({ message }) => {
    // Browsers give no reason, and Node an empty one: then the close code is all there is to tell.
    if (message !== '') failure = message;
  });
  socket.addEventListener('close', ({ code, reason }) => {
    close(failure ?? reasonOfClose(code, reason));
  });
  return {
    send: (bytes) => {
      // Between the start of closing and its event a WebSocket takes nothing; the end is told soon.
      if (socket.readyState === OPEN) socket.send(bytes);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: () => socket.close(),
  };
};
