/** Errors as HTTP says them: `{ code, message, act }`, with the status that fits. */
import { ImError, reasonOf, type ErrorCode } from '../../contract/index.ts';

export interface Told {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly act: string };
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  IM_ADMIN_TOKEN: 401,
  IM_ADMIN_RIGHTS: 403,
  IM_ADMIN_INPUT: 400,
  IM_ADMIN_UNKNOWN: 404,
  IM_CLUSTER_NONE: 404,
  IM_CLUSTER_EPOCH: 412,
  IM_SWITCHOVER_REFUSED: 409,
  IM_CONFIG_INVALID: 422,
  IM_CONFIG_MISSING: 422,
  IM_RELOAD_STALE: 412,
  IM_RELOAD_REFUSED: 422,
};

export function told(error: unknown): Told {
  const known = error instanceof ImError ? error : new ImError('IM_BUG', { why: reasonOf(error) });
  const { code, message, act, kind } = known;
  const status = STATUS[code] ?? (kind === 'passing' ? 503 : 500);
  return { status, body: { code, message, act } };
}
