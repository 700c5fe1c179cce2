/** Why an admin API did not do what was asked, with what to do. */
import { ImError } from '../../contract/index.ts';

interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly act?: unknown;
}

export class AdminProblem extends Error {
  /** The one that was asked, for people. */
  readonly target: string;
  /** Of the catalogue of errors. */
  readonly code: string;
  /** What to do; undefined: nothing is known. */
  readonly act: string | undefined;
  /** Of HTTP; 0: there was no answer that could be read. */
  readonly status: number;

  constructor(
    target: string,
    code: string,
    message: string,
    status: number,
    act?: string,
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = 'AdminProblem';
    this.target = target;
    this.code = code;
    this.status = status;
    this.act = act;
  }
}

export function problemOf(target: string, status = 0, body: string): AdminProblem {
  const { code, message, act } = readTold(body);
  return new AdminProblem(
    target,
    typeof code === 'string' ? code : 'IM_ADMIN_VERSION',
    typeof message === 'string' ? message : `it answered with HTTP ${status}`,
    status,
    typeof act === 'string' ? act : undefined,
  );
}

/** `isActing`: it was told to act, so that nobody knows whether it does. */
export function unreachable(target: string, error: unknown, isActing = false): AdminProblem {
  if (error instanceof AdminProblem) return error;
  const { code } = error as { code?: unknown };
  const text = error instanceof Error ? error.message : String(error);
  const why = typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text;
  const called = isActing ? 'IM_ADMIN_LATE' : 'IM_ADMIN_UNREACHABLE';
  const { message, act } = new ImError(called, { target, why });
  return new AdminProblem(target, called, message, 0, act, { cause: error });
}

function readTold(body: string): Told {
  try {
    const read: unknown = JSON.parse(body);
    return read instanceof Object ? read : {};
  } catch {
    return {};
  }
}
