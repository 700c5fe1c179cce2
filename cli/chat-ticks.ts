/**
 * How far a message has come, in three columns, so that one can be written over another. Each step
 * is a tick more; colour says nothing that the ticks do not.
 */
import { styleText } from 'node:util';
import type { CommandHandle, MemberItem } from '../client/index.ts';
import type { ChatStreams } from './chat.ts';

const TICKS = {
  pending: '·  ',
  accepted: '✓  ',
  received: '✓✓ ',
  read: '✓✓✓',
  refused: '✗  ',
} as const;
export type Tick = keyof typeof TICKS;

const COLOURS: Partial<Record<Tick, 'cyan' | 'red'>> = { read: 'cyan', refused: 'red' };
const STEPS = ['accepted', 'received', 'read'] as const;

/** Stands before lines that have no tick: as wide as one, and the space behind it. */
export const NO_TICK = '    ';

/** Coloured if the terminal has colours, and nobody said NO_COLOR. */
export function tickText(tick: Tick, output: ChatStreams['output']): string {
  const colour = COLOURS[tick];
  return colour === undefined ? TICKS[tick] : styleText(colour, TICKS[tick], { stream: output });
}

/** Tells each step of a message as it comes; `fail` says why there is none. */
export function follow(
  handle: CommandHandle,
  show: (tick: Tick) => void,
  fail: (why: string) => void,
): void {
  let shown = -1;
  for (const [index, step] of STEPS.entries()) {
    handle[step].then(
      () => {
        // Read implies received, and may be told first.
        if (index <= shown) return;
        shown = index;
        show(step);
      },
      (error: unknown) => {
        if (index > 0 || handle.state !== 'refused') return;
        show('refused');
        fail(error instanceof Error ? error.message : String(error));
      },
    );
  }
}

/** How far the message at `position` has come, by the marks of those who are not its author. */
export function tickAt(
  position: number,
  others: readonly Pick<MemberItem, 'received' | 'read'>[],
): Tick {
  if (others.some(({ read }) => read >= position)) return 'read';
  return others.some(({ received }) => received >= position) ? 'received' : 'accepted';
}
