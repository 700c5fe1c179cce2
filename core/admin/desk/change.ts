/**
 * What became of a change of the owner that was asked for here, as soon as that can be known: the
 * node may end with its shards, and its store with it, before it has seen that all went well. Then
 * its next life tells.
 */
import { underWay } from '../../cluster/switchover.ts';
import { ImError, reasonOf, type Clock } from '../../contract/index.ts';
import type { Change, ClusterStatus } from '../operator.ts';

export interface Changing {
  readonly clock: Clock;
  /** Whether the life of the node in which it was asked goes on. */
  isHere(): boolean;
  /** Rejects if nobody can look. */
  status(): Promise<ClusterStatus>;
  /** How long a store that failed may say nothing; then nobody waits any more, ms. */
  readonly silentMaxMs?: number;
}

export interface Changed {
  readonly active: string;
  readonly epoch: number;
}

/** How long a planned change may take, ms. */
export const CHANGE_LIMIT_MS = 30_000;
/** A node that asks has other work. */
const SILENT_MAX_MS = 3_000;
const LOOK_MS = 100;

/**
 * `ask` carries it out, and calls `asked` before it writes anything. Rejects as that does where
 * nothing is under way, and with IM_ADMIN_LATE where nobody knows.
 */
export async function changeOwner(
  change: Change,
  ask: (asked: () => void) => Promise<void>,
  changing: Changing,
): Promise<Changed> {
  const { clock, silentMaxMs = SILENT_MAX_MS } = changing;
  const { to } = change;
  const begunMs = clock.monotonic();
  let isAsked = false;
  const trouble = await ask(() => (isAsked = true)).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (trouble && (!isAsked || (changing.isHere() && isRefused(trouble.error)))) throw trouble.error;
  let heardMs = clock.monotonic();
  for (;;) {
    const status = await changing.status().catch(() => undefined);
    if (status?.active === to) return { active: to, epoch: status.epoch };
    const nowMs = clock.monotonic();
    if (status) heardMs = nowMs;
    if (trouble && changing.isHere()) {
      if (status) throwIfOver(status, change, trouble.error);
      else if (nowMs - heardMs > silentMaxMs) throw late(trouble.error);
    }
    if (nowMs - begunMs > CHANGE_LIMIT_MS) {
      throw trouble ? late(trouble.error) : refused(to, 'it is not active');
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

/** The store can be looked at again, and says how it stands. */
function throwIfOver({ switchover }: ClusterStatus, change: Change, trouble: unknown): void {
  const { to, expectEpoch } = change;
  const own = switchover?.to === to && switchover.epoch === expectEpoch ? switchover : undefined;
  if (own?.phase === 'refused') throw refused(to, own.why ?? 'no reason is given');
  if (own?.phase !== 'done' && !underWay(own, expectEpoch)) throw trouble;
}

function isRefused(error: unknown): boolean {
  if (!(error instanceof ImError)) return false;
  return error.code === 'IM_CLUSTER_EPOCH' || error.code === 'IM_SWITCHOVER_REFUSED';
}

function refused(to: string, why: string): ImError {
  return new ImError('IM_SWITCHOVER_REFUSED', { to, why });
}

function late(error: unknown): ImError {
  const details = { target: 'the store', why: reasonOf(error) };
  return new ImError('IM_ADMIN_LATE', details, { cause: error });
}
