/** How entries are kept: commits, batches, lanes. */
import type { StoreView } from '../../core/admin/protocol/index.ts';
import { viewOf } from '../model/data.ts';
import { pictured, type State } from '../model/ui.ts';
import { bytes, count, ms, quantiles, short } from '../draw/format.ts';
import { line, span, type Line } from '../draw/line.ts';
import { panel } from '../draw/panel.ts';
import { bar } from '../draw/spark.ts';
import { waiting } from './detail.ts';
import { metricLines } from './metrics.ts';

/** The short picture; the overview has it, too. */
export function storeLines(store: StoreView | undefined): readonly Line[] {
  if (!store) return [line(span(' not told yet …', 'dim'))];
  const unit = store.batchEntries.count > 0 ? ' entries' : '';
  const failed = Object.entries(store.appendsFailed);
  const failures = failed.map(([why, times]) => `${why} ${count(times)}`).join('  ');
  return [
    line(
      ` kept ${count(store.entriesKept)}  ${short(store.entriesPerS)}/s  waiting ${count(store.queue)}`,
    ),
    line(` commit ${quantiles(store.commitMs, ms)}`),
    line(` batch  ${quantiles(store.batchEntries, short)}${unit}`),
    line(' failed ', span(failures === '' ? 'none' : failures, failures === '' ? 'good' : 'bad')),
  ];
}

const LANE_FULL = 100;

export function storeScreen(state: State, columns: number, rows: number): readonly Line[] {
  const data = pictured(state);
  const store = viewOf(data, 'store');
  const shared = store?.shared === true ? 'shared' : 'its own';
  const note = store ? `durability ${store.durability}  ${shared}` : '';
  const box = { title: `Store ${store?.type ?? ''}`, note, columns, rows: 8 };
  if (!store) return panel({ ...box, rows }, waiting(data.views.get('store')?.problem));
  const memory = `${count(store.conversationsInMemory)} conversations, ${bytes(store.tailBytes)}`;
  const top = panel(box, [
    ...storeLines(store),
    line(` progress not kept yet ${count(store.progressPending)}`),
    line(` in memory ${memory}`),
  ]);
  const height = Math.min(store.lanes.length + 2, Math.floor((rows - 8) / 2));
  return [
    ...top,
    ...panel({ title: 'Lanes', note: 'waiting + on its way', columns, rows: height }, lanes(store)),
    ...panel(
      { title: 'Counters', columns, rows: rows - 8 - height },
      metricLines(store.metrics, columns - 2),
    ),
  ];
}

function lanes({ lanes: all }: StoreView): readonly Line[] {
  return all.map(({ lane, queue, inFlight }) => {
    const share = queue / LANE_FULL;
    const role = share > 0.85 ? 'bad' : share > 0.6 ? 'warn' : 'good';
    const numbers = `${count(queue)} + ${count(inFlight)}`;
    return line(` lane ${String(lane).padStart(2)} `, span(bar(share, 24), role), ` ${numbers}`);
  });
}
