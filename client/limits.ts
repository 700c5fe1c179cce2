/** Every bound of a client, by name. `connect({ limits })` overrides any of them. */
export interface ClientLimits {
  /** From dialling to an open connection. */
  readonly openTimeoutMs: number;
  /** From HELLO to WELCOME. */
  readonly welcomeTimeoutMs: number;
  /**
   * Both at most, for a server that had fallen silent, where there are others to ask: doubled each
   * time until it speaks, for it may only be slow. And for each of several gateways at first.
   */
  readonly silentTimeoutMs: number;
  /** From a question to its answer, reconnections included. */
  readonly questionTimeoutMs: number;
  /**
   * Waits between connections: a random part of base × 2^failures, at most max; and of no less than
   * first after the loss of a connection that was welcome, for then many clients come back at once.
   */
  readonly reconnectBaseMs: number;
  readonly reconnectFirstMs: number;
  readonly reconnectMaxMs: number;
  /**
   * A connection that held for this long makes the waits short again; so does one that worked for
   * `settledMs` and ended by MOVED.
   */
  readonly stableMs: number;
  /** The longest wait that a server or a gateway may ask for. */
  readonly retryAfterMaxMs: number;
  /**
   * At so many MOVEDs in a row, the gateways or the own list are asked again. A connection that was
   * welcome for `settledMs` ends the row.
   */
  readonly movedTries: number;
  readonly settledMs: number;
  /** After MOVED: how long to stay for the answers that the server still owes. */
  readonly movedLingerMs: number;
  /** From a question to a gateway to its whole answer, in the end; and the longest one. */
  readonly gatewayTimeoutMs: number;
  readonly gatewayMaxBytes: number;
  /** The longest that the retransmission timer grows. */
  readonly retransmitMaxMs: number;
  /**
   * An answer is overdue, and nothing at all is heard for this long after a PING: the connection is
   * left. Doubled each time, until an answer comes, for a slow network must not be left for ever.
   */
  readonly silenceMs: number;
  /** Sendings on one connection that a slow server gets at most, at first. */
  readonly retryTokens: number;
  /** And further ones for each command that it answers. */
  readonly retryRatio: number;
  /** Commands without an answer; `send` throws above it. */
  readonly unanswered: number;
  /** Questions without an answer; asking throws above it. */
  readonly questions: number;
  /**
   * Deliveries of one conversation that wait for the application; more are left for the server to
   * repeat.
   */
  readonly heldPerConversation: number;
  /** Deliveries of one conversation put aside while something before them is missing. */
  readonly asidePerConversation: number;
  /** No message is held for earlier ones for longer, whatever the server's ordering rule says. */
  readonly holdMaxMs: number;
  /**
   * RECEIVEDs and READs that go again after a WELCOME without asking first which of them are kept.
   */
  readonly marksRepeated: number;
  /** The longest wait before a handler that failed is called again. */
  readonly handlerRetryMaxMs: number;
  /** Output gathered before it is handed to the connection in the middle of a turn. */
  readonly gatherBytes: number;
  /** Unsent output above which a signal is dropped rather than queued. */
  readonly signalBufferedBytes: number;
  /** Wait before a failed write of the outbox is tried again. */
  readonly outboxRetryMs: number;
}

export const CLIENT_LIMITS: ClientLimits = {
  openTimeoutMs: 10_000,
  welcomeTimeoutMs: 10_000,
  silentTimeoutMs: 1_000,
  questionTimeoutMs: 30_000,
  reconnectBaseMs: 500,
  reconnectFirstMs: 1_000,
  reconnectMaxMs: 30_000,
  stableMs: 60_000,
  retryAfterMaxMs: 300_000,
  movedTries: 3,
  settledMs: 1_000,
  movedLingerMs: 2_000,
  gatewayTimeoutMs: 5_000,
  gatewayMaxBytes: 16_384,
  retransmitMaxMs: 60_000,
  silenceMs: 3_000,
  retryTokens: 10,
  retryRatio: 0.1,
  unanswered: 10_000,
  questions: 1_024,
  heldPerConversation: 4_096,
  asidePerConversation: 256,
  holdMaxMs: 10_000,
  marksRepeated: 64,
  handlerRetryMaxMs: 30_000,
  gatherBytes: 32_768,
  signalBufferedBytes: 262_144,
  outboxRetryMs: 1_000,
};

/** HELLO may name this many conversations (PROTOCOL section 2). */
export const PENDING_MAX = 64;
