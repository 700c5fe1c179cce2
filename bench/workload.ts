/**
 * Chat throughput: pairs of users who both send, a window of texts in flight each, as fast as they
 * are answered.
 */

export interface Workload {
  readonly pairs: number;
  readonly window: number;
  readonly bodyBytes: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Texts per second of all users together, whatever the answers; absent: as fast as answered. */
  readonly perSecond?: number;
  /** How often the generator says what has come so far; absent: at the end. */
  readonly tickMs?: number;
}

/** One user's connection to the server under test. */
export interface Caller {
  /**
   * Sends a text to the other user of the pair; `acked` is called when the server answers for it.
   */
  send(text: string, acked: () => void): void;
  close(): void;
}

/** How a generator reaches one kind of server. */
export interface Adapter {
  connect(
    address: string,
    who: { user: string; peer: string; token: string },
    received: (text: string) => void,
  ): Promise<Caller>;
}

export interface Figures {
  readonly sent: number;
  readonly acked: number;
  readonly received: number;
  /** Texts that did not come, came twice or out of order, at the end of the drain. */
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly generatorCpuSeconds: number;
}
