/**
 * Role `transport`: passes bytes between a peer and the kernel. It knows no frames, users or
 * conversations. Two halves meet in a connection: the plugin makes the Peer (our mouth), the kernel
 * the Ear.
 */
import type { Component, Host } from './component.ts';

/** How the kernel is to read the bytes. */
export interface Binding {
  /** `tlv`: binary frames; `json`: one JSON object per message, UTF-8. */
  readonly encoding: 'tlv' | 'json';
  /**
   * `stream`: bytes in any slices. `messages`: each call of `receive` is one whole message (JSON is
   * always this).
   */
  readonly framing: 'stream' | 'messages';
}

/** The plugin's half. All calls come from the kernel, none of them throws. */
export interface Peer {
  /** Where it connects from, `host:port`: for logs and per-address limits. */
  readonly address: string;
  /** True under TLS. */
  readonly secure: boolean;
  /**
   * Hands bytes over; the plugin owns them from now on. With `messages` framing each call makes one
   * message. The kernel gathers: about one call per turn of the loop. False: the buffer is over its
   * high-water mark, and `Ear.drained` will follow. Bytes handed over before it follows are still
   * sent, in order. `more`: another call follows before this one's caller returns, so that both may
   * be written together. Without it nothing waits for the end of the turn: the kernel has asked
   * whether it may still speak, and a process can be stopped anywhere.
   */
  send(bytes: Uint8Array, more?: boolean): boolean;
  /**
   * Sends what is buffered, half-closes, discards input for up to `lingerMs`, then closes. `closed`
   * follows.
   */
  end(lingerMs: number): void;
  /** Closes at once and drops what is buffered. `closed` follows. */
  destroy(): void;
}

/** The kernel's half. The plugin calls it from its socket's events. */
export interface Ear {
  /**
   * Bytes have come; they are the kernel's from now on, the plugin never writes to them again.
   * While a promise is pending the plugin reads no more from this peer: that is the back-pressure.
   * `undefined`: read on.
   */
  receive(bytes: Uint8Array): Promise<void> | undefined;
  /**
   * Bytes have come that are not a whole message yet, or are only for the transport, such as a
   * ping of its own. They prove that the peer lives: a long message over a slow line takes longer
   * than the silence after which a connection counts as dead. As often as wanted, from any read;
   * under `stream` framing `receive` says as much.
   */
  alive(): void;
  /**
   * The peer sent a message longer than `TransportHost.messageMaxBytes`; its bytes were not kept.
   */
  oversize(): void;
  /** The buffer is empty again after `send` returned false. */
  drained(): void;
  /**
   * The peer closed its sending half, cleanly. Answers may still be sent; without an `end` from the
   * kernel, close.
   */
  ended(): void;
  /** Nothing more comes and nothing can be sent. Called exactly once, last. */
  closed(): void;
}

export interface TransportHost extends Host {
  /** The longest message that a peer may send under `messages` framing. */
  readonly messageMaxBytes: number;
  /** A peer's buffered output at which `send` begins to return false. */
  readonly highWaterBytes: number;
  /** Announces a new connection; call it once per peer, before its first bytes. */
  open(peer: Peer, binding: Binding): Ear;
}

export interface Transport extends Component {
  /**
   * The addresses that clients use, with the real port: `tcp://127.0.0.1:7400`. Valid once started.
   */
  readonly addresses: readonly string[];
  /**
   * First half of a shutdown: no new peers; those here stay until the kernel closes them. Legal
   * twice.
   */
  stopAccepting(): Promise<void>;
  /**
   * Optional; needed where a setting is marked `live`. Such settings may be others now, and so may
   * the files that they name: reads them, tries them and changes nothing yet. Resolves to what
   * switches over, at once and without failing, for connections that come from then on; it may
   * never be called. Rejects, and goes on as it was, if they cannot serve. Called between `start`
   * and `stop`, not twice at once; `signal` fires when nobody waits any longer.
   */
  reload?(config: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<() => void>;
}
