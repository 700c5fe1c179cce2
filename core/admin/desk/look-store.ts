/** How entries are kept, and in which order readers show them. */
import { ImError } from '../../contract/index.ts';
import type { OrderingView, StoreView } from '../protocol/index.ts';
import type { Glance, Looking } from './inside.ts';
import type { Rated } from './look-overview.ts';
import type { Rates } from './rates.ts';
import { Series } from './series.ts';

export function lookStore({ running, inside, settings }: Looking, rates: Rates<Rated>): StoreView {
  const series = new Series(running.metrics.snapshot());
  const { durability, shared } = inside.persistence.guarantees;
  return {
    type: settings.persistence.type,
    durability,
    shared,
    entriesKept: series.number('im_entries_kept_total'),
    entriesPerS: rates.of('kept'),
    appendsFailed: { ...series.labels('im_appends_failed_total') },
    commitMs: series.quantiles('im_commit_ms'),
    batchEntries: series.quantiles('im_batch_entries'),
    queue: inside.lanes.length,
    progressPending: series.number('im_progress_pending'),
    conversationsInMemory: series.number('im_conversations'),
    tailBytes: series.number('im_tail_bytes'),
    lanes: inside.lanes.loads().map((load, lane) => ({ lane, ...load })),
    metrics: series.of(settings.persistence.name),
  };
}

/** @throws ImError IM_ADMIN_AWAY. */
export function lookOrdering({ running, aside, settings }: Glance): OrderingView {
  const series = new Series(running.metrics.snapshot());
  const { orderings } = aside;
  if (!orderings) throw new ImError('IM_ADMIN_AWAY', { why: 'it has no ordering' });
  const rows = (['direct', 'group'] as const).map((kind) => {
    const { name, type } = settings.ordering[kind];
    const { holdMs, maxHoldMs } = orderings.kinds[kind].rule;
    return { kind, name, type, holdMs, maxHoldMs, metrics: series.of(name) };
  });
  return { kinds: rows };
}
