/**
 * What a client rejects with. A time-out is never a refusal: only RefusedError says that there was
 * no effect.
 */

/**
 * The server (or, before sending, the client) said no: the command had no effect and never will.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** A code of PROTOCOL section 6. */
  readonly code: string;
  readonly detail: string | undefined;

  constructor(code: string, detail?: string) {
    super(detail === undefined ? `refused: ${code}` : `refused: ${code} (${detail})`);
    this.code = code;
    this.detail = detail;
  }
}

/**
 * closed: the client was closed; the outcome of what was unanswered is unknown. connection: a
 * connection ended. gap: history that was missing could not be read. handler: a handler of the
 * application threw. log-changed: positions lost their meaning. not-sent: the outbox is full.
 * outbox: it cannot be read or written. protocol: the server sent what the protocol does not allow.
 * question: too many at once. timeout: no answer in time.
 */
export type ClientErrorCode =
  | 'closed'
  | 'connection'
  | 'gap'
  | 'handler'
  | 'log-changed'
  | 'not-sent'
  | 'outbox'
  | 'protocol'
  | 'question'
  | 'timeout';

/** Anything else that an application may have to know. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error's message, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
