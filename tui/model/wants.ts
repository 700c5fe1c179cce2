/** What the screen needs of the node that is followed: overview and cluster come in any case. */
import { chunkOffset, CHUNK_ROWS } from './list.ts';
import { listOf, type Ui } from './ui.ts';

export interface Wants {
  /** Words of verbs that read, with their query. */
  readonly topics: readonly string[];
  readonly intervalMs: number;
}

export const WIDE_COLUMNS = 120;
const FAST_MS = 500;
/** For what hardly changes, or is read from the store. */
const SLOW_MS = 2_000;
/** Of lists on the overview. */
const FEW_ROWS = 12;

export function wantsOf(ui: Ui): Wants {
  const { screen, detail } = ui;
  switch (screen) {
    case 'overview':
      return { topics: ui.columns >= WIDE_COLUMNS ? OVERVIEW : [], intervalMs: FAST_MS };
    case 'sessions':
      return { topics: [rowsTopic(ui)], intervalMs: FAST_MS };
    case 'conversations': {
      const isOne = detail && detail.of !== 'trace';
      const more = isOne && `conversation show?${query({ id: detail.key })}`;
      const intervalMs = detail ? SLOW_MS : FAST_MS;
      return { topics: [rowsTopic(ui), ...(more ? [more] : [])], intervalMs };
    }
    case 'plugins': {
      const more = detail && `plugin show?${query({ name: detail.key })}`;
      return { topics: [rowsTopic(ui), ...(more ? [more] : [])], intervalMs: FAST_MS };
    }
    case 'dead-letters': {
      const more = detail && `dead-letter show?${query({ ...letterOf(detail.key) })}`;
      return { topics: [rowsTopic(ui), ...(more ? [more] : [])], intervalMs: SLOW_MS };
    }
    case 'store':
    case 'ordering':
      return { topics: [screen], intervalMs: FAST_MS };
    case 'cluster':
      return { topics: [], intervalMs: FAST_MS };
    case 'events':
      return { topics: ui.acts ? ['acts?limit=200'] : [], intervalMs: SLOW_MS };
    case 'config':
    default:
      return { topics: [withFilter('config', listOf(ui).filter)], intervalMs: SLOW_MS };
  }
}

const OVERVIEW: readonly string[] = [
  `sessions?sort=-queuedBytes&limit=${FEW_ROWS}`,
  `conversations?sort=-lastAt&limit=${FEW_ROWS}`,
  `plugins?sort=role&limit=${FEW_ROWS}`,
  'store',
  'ordering',
];

function rowsTopic(ui: Ui): string {
  const list = listOf(ui);
  const { sort, filter } = list;
  const window = { limit: String(CHUNK_ROWS), offset: String(chunkOffset(list)) };
  return `${ui.screen}?${query({ sort, ...window, ...(filter !== '' && { filter }) })}`;
}

/** Of its key in the list. */
export function letterOf(key: string) {
  const [consumer = '', conversation = '', position = ''] = key.split(' ');
  return { consumer, conversation, position };
}

function query(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

function withFilter(words: string, filter: string): string {
  return filter === '' ? words : `${words}?${query({ filter })}`;
}
