/**
 * Blanks what is not code, so that rules can look for words without being fooled by strings and
 * comments.
 */

export interface Masked {
  /** Comments blanked, strings kept. */
  readonly uncommented: string;
  /** Comments and the insides of strings, templates and regular expressions blanked. */
  readonly bare: string;
}

type Kind = 'comment' | 'string' | 'code';

const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))$/;

/** The end of a quoted piece that begins at `at`; an escape hides the character after it. */
function endOfQuoted(text: string, at: number, quote: string): number {
  let i = at + 1;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function endOfRegex(text: string, at: number): number {
  let inClass = false;
  let i = at + 1;
  for (; i < text.length && (inClass || text[i] !== '/') && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') inClass = true;
    else if (text[i] === ']') inClass = false;
  }
  return i + 1;
}

/** The end of a template's next piece of text: after its closing backtick, or after `${`. */
function endOfTemplateText(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    if (text[i] === '\\') i += 2;
    else if (text[i] === '`') return i + 1;
    else if (text.startsWith('${', i)) return i + 2;
    else i++;
  }
  return i;
}

function endOfComment(text: string, at: number): number {
  const end = text[at + 1] === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at) + 2;
  return end < at + 2 ? text.length : end;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/**
 * How a piece beginning at `at` ends, and what it is. `holes`: the depth of braces in each open
 * `${`.
 */
function nextPiece(text: string, at: number, before: string, holes: number[]): [number, Kind] {
  const c = text[at];
  const next = text[at + 1];
  if (c === '/' && (next === '/' || next === '*')) return [endOfComment(text, at), 'comment'];
  if (c === "'" || c === '"') return [endOfQuoted(text, at, c), 'string'];
  if (c === '/' && beforeRegex.test(before)) return [endOfRegex(text, at), 'string'];
  const depth = holes.at(-1);
  if (c === '`' || (c === '}' && depth === 0)) {
    if (c === '}') holes.pop();
    const end = endOfTemplateText(text, at + 1);
    if (text[end - 1] === '{') holes.push(0);
    return [end, 'string'];
  }
  if (depth !== undefined && c === '{') holes[holes.length - 1] = depth + 1;
  if (depth !== undefined && c === '}') holes[holes.length - 1] = depth - 1;
  return [at + 1, 'code'];
}

/**
 * Same length and lines as `text`. Good enough for code that prettier has formatted; not a parser.
 */
export function mask(text: string): Masked {
  let uncommented = '';
  let bare = '';
  const holes: number[] = [];
  for (let at = 0; at < text.length;) {
    const [end, kind] = nextPiece(text, at, bare.slice(-200).trimEnd(), holes);
    const piece = text.slice(at, end);
    uncommented += kind === 'comment' ? blank(piece) : piece;
    if (kind === 'code') bare += piece;
    else if (kind === 'comment' || piece.length < 2) bare += blank(piece);
    else bare += piece[0] + blank(piece.slice(1, -1)) + piece.slice(-1);
    at = Math.min(end, text.length);
  }
  return { uncommented, bare };
}
