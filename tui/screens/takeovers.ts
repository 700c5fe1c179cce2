/** Changes of the owner: one while it happens, one with its phases, and all that are remembered. */
import type { TakeoverView } from '../../core/admin/protocol/index.ts';
import type { Change, Step } from '../model/takeover.ts';
import { day, ms } from '../draw/format.ts';
import { line, span, type Line, type Role } from '../draw/line.ts';
import { SIGNS } from '../draw/signs.ts';

const STEPS: Readonly<Record<Step['what'], readonly [string, Role, (node: string) => string]>> = {
  silent: [SIGNS.down, 'bad', (node) => `${node} was last heard of`],
  planned: [SIGNS.ok, 'info', (node) => `a change to ${node} was asked for`],
  over: [SIGNS.slow, 'warn', (node) => `the lease of ${node} is over`],
  owns: [SIGNS.leader, 'good', (node) => `${node} owns the shards`],
  accepts: [SIGNS.ok, 'good', (node) => `${node} accepts commands`],
  back: [SIGNS.ok, 'good', (node) => `${node} is there, and goes on`],
};

export function liveLines(change: Change, now: number): readonly Line[] {
  const steps = change.steps.map(({ atMs, what, node }) => {
    const [sign, role, text] = STEPS[what];
    return line(` ${since(atMs)}  `, span(sign, role), ` ${text(node)}`);
  });
  if (change.endedAt !== undefined) return steps;
  const waits = change.steps.some(({ what }) => what === 'owns')
    ? 'until it accepts commands'
    : 'until a node owns the shards';
  const running = span(`${SIGNS.unknown} waiting ${waits} …`, 'warn');
  return [...steps, line(` ${since(now - change.startedAt)}  `, running)];
}

function since(atMs: number): string {
  return `+${(atMs / 1_000).toFixed(2).padStart(5, ' ')}`;
}

const LABEL_CELLS = 34;

/** A bar for each phase, one after the other. */
export function phaseLines(last: TakeoverView, columns: number): readonly Line[] {
  const phases = [
    ['detect', 'until it owned the shards', last.detectMs],
    ['open', 'until it accepted commands', last.openMs],
    ['replay', 'until what was left over was done', last.replayMs],
  ] as const;
  const wholeMs = Math.max(
    1,
    phases.reduce((sum, [, , of]) => sum + (of ?? 0), 0),
  );
  const room = Math.max(8, columns - LABEL_CELLS - 22);
  let before = 0;
  const bars = phases.map(([name, what, of]) => {
    const from = Math.floor((before / wholeMs) * room);
    const length = of === undefined ? 0 : Math.max(1, Math.round((of / wholeMs) * room));
    before += of ?? 0;
    const cut = Math.min(length, room - from);
    const text = (' '.repeat(from) + SIGNS.full.repeat(Math.max(0, cut))).padEnd(room);
    const told = of === undefined ? 'not told' : ms(of);
    return line(` ${what.padEnd(LABEL_CELLS)}`, span(text, 'info'), ` ${name.padEnd(6)} ${told}`);
  });
  const from = last.from === undefined ? 'nobody had owned the shards' : `from ${last.from}`;
  const sum = wholeMs > 1 ? `  in all ${ms(wholeMs)}` : '';
  return [line(` ${day(last.at)} UTC  ${from}${sum}`), ...bars];
}

export function historyLines(takeovers: readonly TakeoverView[]): readonly Line[] {
  const head =
    ' EPOCH  WHEN (UTC)           NODE          FROM          KIND          DETECT      OPEN';
  const rows = takeovers.map(({ epoch, at, node, from = '-', kind, detectMs, openMs }) => {
    const times = `${ms(detectMs).padStart(8)}  ${ms(openMs).padStart(8)}`;
    const names = `${node.padEnd(12)}  ${from.padEnd(12)}`;
    return line(
      ` ${String(epoch).padStart(5)}  ${day(at)}  ${names}  ${kind.padEnd(10)}  ${times}`,
    );
  });
  return [line(span(head, 'strong')), ...rows];
}
