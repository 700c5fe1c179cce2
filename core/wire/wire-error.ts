/**
 * What a peer sent cannot be read. The only error that decoding throws; `code` goes into the ERROR
 * frame, the message into the log. There is no way on after it: the place of the next frame is not
 * known.
 */
export class WireError extends Error {
  readonly code: 'malformed' | 'frame-too-large';
  /** Of a frame that is too large: the length that it claims, in octets. */
  readonly lengthBytes: number | undefined;

  constructor(code: 'malformed' | 'frame-too-large', detail: string, lengthBytes?: number) {
    super(detail);
    this.name = 'WireError';
    this.code = code;
    this.lengthBytes = lengthBytes;
  }
}

export function malformed(detail: string): WireError {
  return new WireError('malformed', detail);
}
