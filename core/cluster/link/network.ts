/** What links need of a network: plain byte streams. The system's, or a simulated one. */
import type { ListenAddress } from '../../contract/index.ts';

export interface ByteStream {
  readonly peer: string;
  /** Bytes written and not yet taken over by the system. */
  readonly pendingBytes: number;
  write(bytes: Uint8Array): void;
  /** Closes when what was written is out. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface StreamEar {
  /** Of a stream that connects: it is there. */
  opened(): void;
  received(bytes: Uint8Array): void;
  /** Called once, whoever ended it; also when it never opened. */
  closed(why: string): void;
}

export interface StreamListener {
  /** The real `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface Network {
  connect(to: ListenAddress, ear: StreamEar): ByteStream;
  /** Rejects if the address is not to be had. */
  listen(at: ListenAddress, accept: (stream: ByteStream) => StreamEar): Promise<StreamListener>;
}
