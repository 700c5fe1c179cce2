/** The screen in a terminal: rows from the state, keys to the state. */
import { Box, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useMemo, useSyncExternalStore, type ReactElement } from 'react';
import type { Effect } from './model/acts.ts';
import type { Store } from './link/store.ts';
import { pressesOf } from './presses.ts';
import { Row } from './row.tsx';
import { picture, type Look } from './screens/picture.ts';
import { typed, type Press } from './model/press.ts';
import type { Theme } from './theme.ts';

export interface Terminal {
  /** Hands the terminal back to its shell until it is ours again. */
  readonly suspend: (during: () => Promise<void>) => void;
  readonly quit: () => void;
}

export interface AppProps {
  readonly store: Store;
  readonly look: Look;
  readonly theme: Theme;
  readonly carryOut: (effect: Effect, terminal: Terminal) => void;
}

export function App({ store, look, theme, carryOut }: AppProps): ReactElement {
  const { exit, suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  const state = useSyncExternalStore(store.subscribe, store.published);
  useEffect(() => store.dispatch({ kind: 'size', columns, rows }), [store, columns, rows]);
  const terminal = useMemo<Terminal>(
    () => ({
      quit: () => exit(),
      suspend: (during) => void suspendTerminal(during),
    }),
    [exit, suspendTerminal],
  );
  const press = (one: Press): void => {
    for (const effect of store.press(one)) carryOut(effect, terminal);
  };
  useInput((input, key) => {
    for (const one of pressesOf(input, key)) press(one);
  });
  // What is pasted is text, never keys: outside of a prompt it is for nobody.
  usePaste((text) => {
    const { prompt, dialog } = store.state.ui;
    if (prompt || dialog) press(typed(text));
  });
  const lines = useMemo(() => picture(state, look), [state, look]);
  return (
    // The width must follow the terminal: a frame that is wider than it would wrap.
    <Box width="100%" height={rows} overflow="hidden" flexDirection="column">
      {lines.map((line, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- a row is where it is
        <Row key={i} line={line} theme={theme} />
      ))}
    </Box>
  );
}
