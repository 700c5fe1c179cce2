/** The life of a message: how it is asked for, and shown. */
import type { ConversationRow } from '../../core/admin/protocol/index.ts';
import { parseTraceKey } from '../../core/admin/trace-key.ts';
import type { Output } from '../../core/admin/verbs.ts';
import { viewOf } from './data.ts';
import type { Given } from './dialog.ts';
import { chosenRow } from './rows.ts';
import { opened, pictured, type State } from './ui.ts';

type Key = Output<'trace'>['key'];

/** What a command names; undefined: it is no message. */
export function traceKeyOf({ message, position }: Given): Key | undefined {
  return parseTraceKey([message, position].filter((one) => one !== undefined).map(String));
}

export function withTrace(state: State, trace: Output<'trace'>): State {
  const { key } = trace;
  const text = 'id' in key ? key.id : `${key.conversation} ${key.position}`;
  const { ui } = opened(state, 'conversations');
  const detail = { key: text, row: trace, top: 0, of: 'trace' } as const;
  return { ...state, ui: { ...ui, detail, toast: undefined } };
}

/** Of what is chosen or open, the latest entry: a command to begin with. */
export function traceCommand(state: State): string | undefined {
  const { detail } = state.ui;
  if (detail?.of === 'trace') return `trace ${detail.key}`;
  const row = (detail ? detail.row : chosenRow(state)) as ConversationRow | undefined;
  const shown = viewOf(pictured(state), 'conversation show');
  const { id, head } = detail && shown?.id === detail.key ? shown : (row ?? {});
  return id === undefined ? undefined : `trace ${id} ${head}`;
}
