/** The signs on the screen, and what stands for them where there is only ASCII. */
import { span, type Line, type Role, type Span } from './line.ts';

export const SIGNS = {
  ok: '●',
  slow: '▲',
  down: '✖',
  unknown: '◌',
  leader: '★',
  chosen: '▸',
  marked: '◆',
  cut: '…',
  rising: '↑',
  falling: '↓',
  full: '█',
  empty: '░',
  /** Left top, right top, left bottom, right bottom, flat, side. */
  frame: ['┌', '┐', '└', '┘', '─', '│'],
  double: ['╔', '╗', '╚', '╝', '═', '║'],
  /** From low to high. */
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
} as const;

const HERE = '●▲✖◌★▸◆…↑↓→↔↵█░┌┐└┘─│╔╗╚╝═║▁▂▃▄▅▆▇×';
const THERE = 'o!x?*>+~^v>=<#.++++-|++++=|_.-=+*%x';

/** Sign by sign, so that nothing moves. */
const ASCII: ReadonlyMap<string, string> = new Map(
  Array.from(HERE, (sign, i) => [sign, THERE[i] ?? '?']),
);
const SIGN = new RegExp(`[${HERE}]`, 'g');

export function asciiLine(pieces: Line): Line {
  return pieces.map(({ text, role }) => {
    return { text: text.replaceAll(SIGN, (sign) => ASCII.get(sign) ?? '?'), role };
  });
}

export type Sign = 'ok' | 'slow' | 'down' | 'unknown' | 'leader';

const ROLES: Readonly<Record<Sign, Role>> = {
  ok: 'good',
  slow: 'warn',
  down: 'bad',
  unknown: 'dim',
  leader: 'good',
};

/** A state is always a sign, a word and a colour. */
export function stateSpan(sign: Sign, word: string): Span {
  return span(`${SIGNS[sign]} ${word}`, ROLES[sign]);
}

const STATES: Readonly<Record<string, Sign>> = {
  running: 'ok',
  live: 'ok',
  standby: 'ok',
  active: 'leader',
  alone: 'leader',
  degraded: 'slow',
  leaving: 'slow',
  ending: 'slow',
  failed: 'down',
  over: 'down',
  gone: 'down',
};

/** Of a part, a session or a node. */
export function signOf(state: string): Sign {
  return STATES[state] ?? 'unknown';
}
