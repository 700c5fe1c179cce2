/** How the client asks a gateway: one GET over HTTP. Tests and simulators bring their own. */

export interface GatewayReply {
  readonly status: number;
  /** The header `Retry-After`, as it came. */
  readonly retryAfter: string | undefined;
  /** Empty, if it is none that is looked into: of statuses other than 200 and 503. */
  readonly body: string;
}

/**
 * Rejects if nothing can be reached there, if it redirects, if the body of a 200 is longer than
 * `maxBytes`, and when `signal` aborts.
 */
export type AskGateway = (
  url: string,
  maxBytes: number,
  signal: AbortSignal,
) => Promise<GatewayReply>;
