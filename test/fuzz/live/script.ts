/** A conversation of two on live sockets, made from its number alone. */
import { ways, type Way } from '../../scenes/raw-connection.ts';
import { Chance, seedOf } from '../chance.ts';
import { Party } from './party.ts';
import { Speech } from './speech.ts';

/** listen: until something comes, for a moment at most. open: a new connection of that party. */
export type Move =
  | { readonly is: 'open'; readonly way: Way }
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'listen' | 'pause' | 'resume' | 'cut' | 'end' };

export interface Turn {
  readonly party: 0 | 1;
  readonly move: Move;
}

const VISITS_MAX = 3;
const WRITES_MAX = 8;
const FRAMES_MAX = 4;
/** One frame in so many is spoilt, all through one visit; 0: none. */
const SPOIL_EVERY = [0, 2, 6, 6, 20, 20];

/** The same seed and number give the same script, byte for byte. */
export function scriptOf(seed: number, index: number): readonly Turn[] {
  const chance = new Chance(seedOf(seed, index));
  const [a, b] = [`f${index}a`, `f${index}b`];
  const group = `g/f${index}`;
  const parties = [new Party(a, b, group, chance), new Party(b, a, group, chance)];
  const moves = parties.map((party) => movesOf(party, chance));
  return interleave(moves[0] ?? [], moves[1] ?? [], chance);
}

function movesOf(party: Party, chance: Chance): Move[] {
  const visits = Array.from({ length: 1 + chance.below(VISITS_MAX) }, () => visit(party, chance));
  return visits.flat();
}

function visit(party: Party, chance: Chance): Move[] {
  const way = chance.oneOf(ways);
  const speech = new Speech(way, chance.oneOf(SPOIL_EVERY), chance);
  const say = (bytes: Buffer): Move[] =>
    speech.pieces(bytes).map((piece) => ({ is: 'bytes', bytes: piece }));
  const moves: Move[] = [{ is: 'open', way }, ...say(speech.opening())];
  if (!chance.onceIn(3)) moves.push({ is: 'listen' });
  if (!chance.onceIn(12)) moves.push(...say(speech.say([party.hello()])));
  if (!chance.onceIn(3)) moves.push({ is: 'listen' });
  for (let left = 1 + chance.below(WRITES_MAX); left > 0; left--) {
    const frames = Array.from({ length: 1 + chance.below(FRAMES_MAX) }, () => party.utter());
    moves.push(...say(speech.say(frames)), ...between(chance));
  }
  return [...moves, ...ending(chance)];
}

function between(chance: Chance): Move[] {
  if (chance.onceIn(12)) return [{ is: 'pause' }];
  if (chance.onceIn(12)) return [{ is: 'resume' }];
  return chance.onceIn(2) ? [{ is: 'listen' }] : [];
}

/** Or none: the next visit begins beside this one, and all are cut in the end. */
function ending(chance: Chance): Move[] {
  if (chance.onceIn(3)) return [{ is: 'cut' }];
  return chance.onceIn(2) ? [{ is: 'end' }, { is: 'listen' }] : [];
}

function interleave(a: readonly Move[], b: readonly Move[], chance: Chance): Turn[] {
  const turns: Turn[] = [];
  let [atA, atB] = [0, 0];
  while (atA < a.length || atB < b.length) {
    const first = atB >= b.length || (atA < a.length && chance.onceIn(2));
    const move = first ? a[atA++] : b[atB++];
    if (move) turns.push({ party: first ? 0 : 1, move });
  }
  return turns;
}

const SHOWN_MAX = 400;

/** For people: one line per turn. */
export function scriptText(turns: readonly Turn[]): string {
  return turns.map(({ party, move }) => `  ${'ab'[party]} ${moveText(move)}`).join('\n');
}

function moveText(move: Move): string {
  if (move.is === 'open') return `open ${move.way}`;
  if (move.is !== 'bytes') return move.is;
  const text = JSON.stringify(move.bytes.toString('latin1'));
  return `${move.bytes.length} bytes ${text.slice(0, SHOWN_MAX)}`;
}
