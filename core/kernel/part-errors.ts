/** What is said of a part that did not start or stop. */
import { ImError, reasonOf } from '../contract/index.ts';

interface Named {
  readonly name: string;
}

export function notStarted(part: Named, cause: unknown): ImError {
  const why = reasonOf(cause);
  return new ImError('IM_KERNEL_START', { instance: part.name, why }, { cause });
}

export function notStopped(part: Named, cause: unknown): ImError {
  const why = reasonOf(cause);
  return new ImError('IM_KERNEL_STOP', { instance: part.name, why }, { cause });
}

export function overdue(part: Named, phase: string, limitMs: number, limit: string): ImError {
  return new ImError('IM_KERNEL_TIMEOUT', { instance: part.name, phase, limitMs, limit });
}
