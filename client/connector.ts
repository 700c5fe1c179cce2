/** How the client reaches a server: bytes in, bytes out. Tests and simulators bring their own. */

/** What the client is told. Nothing is called before the connector has returned. */
export interface ConnectionEvents {
  /** Bytes may be sent from now on. Called once. */
  opened(): void;
  /** Bytes came, in any slices; they must not change afterwards. */
  received(bytes: Uint8Array): void;
  /** Nothing more comes or goes, or it never opened. Called once, last. */
  closed(why?: string): void;
}

export interface Connection {
  /**
   * Takes whole frames, in order; over WebSocket each call is one message. Called only while open;
   * never throws.
   */
  send(bytes: Uint8Array): void;
  /** What was given to `send` and has not left yet. */
  readonly bufferedBytes: number;
  /**
   * Sends what is buffered, then closes. Legal at any time, and twice. Nothing need be told after
   * it.
   */
  close(): void;
}

/** May throw if the address cannot be one; whatever goes wrong later is told by `closed`. */
export interface Connector {
  (address: string, events: ConnectionEvents): Connection;
  /** What it can connect by, such as `ws:`. Default: all that the protocol knows. */
  readonly schemes?: readonly string[];
}
