/**
 * What the register holds: up to where numbers may have been handed out, by whom, under which
 * epoch.
 */
import { ImError } from 'im-kernel/contract';

export interface Bound {
  /** +1 at each start of a sequencer. */
  readonly epoch: number;
  /** No number above it was ever handed out. */
  readonly bound: number;
  /** Chosen at random at each start: of two that take the same epoch, one finds the other's. */
  readonly owner: string;
}

export const UNSET: Bound = { epoch: 0, bound: 0, owner: '' };

export function printBound({ epoch, bound, owner }: Bound): string {
  return `${epoch} ${bound} ${owner}`;
}

/** @throws ImError IM_STORE_BROKEN: what cannot be read must not be guessed. */
export function parseBound(text: string | undefined): Bound {
  if (text === undefined) return UNSET;
  const found = /^(\d{1,15}) (\d{1,15}) ([0-9a-f]+)$/.exec(text);
  const [, epoch, bound, owner] = found ?? [];
  if (epoch === undefined || bound === undefined || owner === undefined) {
    throw new ImError('IM_STORE_BROKEN', { why: `"${text}" is no bound of a sequencer` });
  }
  return { epoch: Number(epoch), bound: Number(bound), owner };
}
