/** The last word to a peer whose connection is ended. */
import type { Code } from '../wire/codes.ts';
import type { ErrorFrame } from '../wire/frames.ts';

export function errorFrame(code: Code, detail?: string, retryAfterMs?: number): ErrorFrame {
  const frame: ErrorFrame = { type: 'error', code };
  if (detail !== undefined) frame.detail = detail;
  if (retryAfterMs !== undefined) frame.retryAfterMs = retryAfterMs;
  return frame;
}
