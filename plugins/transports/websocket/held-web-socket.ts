/**
 * `ws` answers a peer's close frame, and closes over a fault, in the middle of reading. Here it
 * only says that it would: the kernel may still have to send what it owes, or its ERROR frame, and
 * those must precede the close frame.
 */
import { WebSocket } from 'ws';

/**
 * `fault`: the peer broke the protocol or a limit; otherwise it sent a close frame with `code`, or
 * none.
 */
export type CloseWish = (code: number | undefined, fault: boolean) => void;

export class HeldWebSocket extends WebSocket {
  #onWish: CloseWish | undefined;

  /** Called at most once by reading, and once more when the peer answers our own close frame. */
  hold(onWish: CloseWish): void {
    this.#onWish = onWish;
  }

  /**
   * Called by `ws` alone: with a reason (be it empty) or without any argument for a close frame,
   * else for a fault.
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (this.#onWish) this.#onWish(code, code !== undefined && reason === undefined);
    else super.close(code, reason);
  }

  /** Sends the close frame behind what was sent; once both sides have, ends the connection. */
  finish(code?: number): void {
    super.close(code);
  }
}
