/** A takeover as a picture: what a client, the old owner and the new one did, against time. */
import type { History } from '../../sim/history.ts';

export interface Scene {
  readonly history: History;
  /** Of the clock of the history. */
  readonly struckMs: number;
  readonly ownedMs: number;
  readonly old: string;
  readonly next: string;
  /** As `user/device`: whose way is shown. */
  readonly device: string;
}

interface Mark {
  readonly row: number;
  readonly atMs: number;
  /** Empty: one of many, without words. */
  readonly says: string;
}

const FROM_MS = -300;
const TO_MS = 2_100;
const STEP_MS = 300;
const LEFT = 90;
const PX_PER_MS = 0.3;
const TOP = 40;
const ROW = 80;
const WIDTH = LEFT + (TO_MS - FROM_MS) * PX_PER_MS + 60;
const HEIGHT = TOP + 3 * ROW + 30;
const COLOURS = ['#1f6feb', '#57606a', '#1a7f37'];

function marksOf({ history, struckMs, ownedMs, old, next, device }: Scene): readonly Mark[] {
  const marks: Mark[] = [
    { row: 1, atMs: 0, says: 'SIGKILL' },
    { row: 2, atMs: ownedMs - struckMs, says: 'owns the shards' },
  ];
  let isBack = false;
  for (const event of history) {
    const atMs = event.atMs - struckMs;
    if (atMs < FROM_MS || atMs > TO_MS) continue;
    const at = (row: number, says: string): unknown => marks.push({ row, atMs, says });
    if (event.type === 'node' && event.what === 'started')
      at(event.detail === old ? 1 : 2, event.detail === next ? 'started' : 'back, as a backup');
    if (!('session' in event) || !event.session.startsWith(`${device}#`)) continue;
    if (event.type === 'closed') at(0, 'closed');
    else if (event.type === 'connected') at(0, 'connects');
    else if (event.type === 'welcomed') at(0, 'WELCOME');
    else if (event.type === 'accepted') {
      at(0, atMs > 0 && marks.some(({ says }) => says === 'WELCOME') && !isBack ? 'ACCEPTED' : '');
      isBack ||= atMs > 0 && marks.some(({ says }) => says === 'WELCOME');
    }
  }
  return marks;
}

function x(atMs: number): number {
  return Math.round(LEFT + (atMs - FROM_MS) * PX_PER_MS);
}

function textAt(left: number, top: number, words: string, colour: string, size = 11): string {
  return `<text x="${left}" y="${top}" fill="${colour}" font-size="${size}">${words}</text>`;
}

/** Words of one row stand below each other where they would meet. */
function drawn(marks: readonly Mark[]): readonly string[] {
  const lines: string[] = [];
  const told = [0, 0, 0];
  const without = new Set<number>();
  for (const { row, atMs, says } of marks.toSorted((a, b) => a.atMs - b.atMs)) {
    const [left, middle, colour] = [x(atMs), TOP + row * ROW + 20, COLOURS[row] ?? ''];
    // Many in a pixel are one line.
    if (says === '' && without.has(left)) continue;
    if (says === '') without.add(left);
    const half = says === '' ? 4 : 9;
    const ends = `y1="${middle - half}" y2="${middle + half}"`;
    lines.push(`<line x1="${left}" x2="${left}" ${ends} stroke="${colour}" opacity="0.7"/>`);
    if (says === '') continue;
    const below = middle + 22 + ((told[row] ?? 0) % 4) * 12;
    told[row] = (told[row] ?? 0) + 1;
    lines.push(textAt(left, below, `${says} ${Math.round(atMs)}`, colour, 10));
  }
  return lines;
}

/** SVG; the same for the same scene. */
export function timelineOf(scene: Scene): string {
  const names = [scene.device, `old: ${scene.old}`, `new: ${scene.next}`];
  const rows = names.flatMap((name, row) => {
    const middle = TOP + row * ROW + 20;
    const line = `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${middle}" y2="${middle}" stroke="#d0d7de"/>`;
    return [line, textAt(6, middle + 4, name, COLOURS[row] ?? '')];
  });
  const ticks: string[] = [];
  for (let at = FROM_MS; at <= TO_MS; at += STEP_MS)
    ticks.push(textAt(x(at), 20, `${at} ms`, '#57606a', 10));
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  const body = [...ticks, ...rows, ...drawn(marksOf(scene))].map((line) => `  ${line}`);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">`;
  return [head, '  <rect width="100%" height="100%" fill="#ffffff"/>', ...body, '</svg>', ''].join(
    '\n',
  );
}
