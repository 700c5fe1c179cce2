/**
 * Entries as one buffer, which changes threads without a copy: a row of doubles for each entry,
 * then their ids, then their bodies. Texts stand once each in `texts`; the rows point at them.
 */
import type { Entry } from 'im-kernel/contract';

export interface Packed {
  readonly count: number;
  readonly texts: readonly string[];
  readonly buffer: ArrayBuffer;
}

/** The columns of a row. A pointer below 0: absent. */
export const CONVERSATION = 0;
export const POSITION = 1;
export const ORDER = 2;
export const USER = 3;
export const DEVICE = 4;
export const NUMBER = 5;
export const SENT_AT = 6;
export const ACCEPTED_AT = 7;
export const KIND = 8;
export const MEDIA_TYPE = 9;
export const ACT = 10;
const BODY_START = 11;
const BODY_LENGTH = 12;
const COLUMNS = 13;
const ROW_BYTES = COLUMNS * 8;
const ID_BYTES = 16;
const NO_OCTETS = new Uint8Array(0);

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
/** The value of a lower-case hexadecimal digit by its character code; 255: it is none. */
const DIGITS = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value += 1) DIGITS[value.toString(16).charCodeAt(0)] = value;

/** Writes a UUID's 16 octets; throws on what is none. */
function writeId(id: string, target: Uint8Array, start: number): void {
  let written = 0;
  let at = 0;
  while (written < ID_BYTES && at < id.length) {
    if (id[at] === '-') at += 1;
    const high = DIGITS[id.charCodeAt(at)] ?? 255;
    const low = DIGITS[id.charCodeAt(at + 1)] ?? 255;
    if (high > 15 || low > 15) break;
    target[start + written] = high * 16 + low;
    written += 1;
    at += 2;
  }
  if (written < ID_BYTES || id.length !== 36) throw new Error(`${id} is no UUID in lower case`);
}

export function readId(octets: Uint8Array): string {
  let id = '';
  for (let at = 0; at < ID_BYTES; at += 1) {
    if (at === 4 || at === 6 || at === 8 || at === 10) id += '-';
    id += HEX[octets[at]!]!;
  }
  return id;
}

/** What only acts have, as the file keeps it; undefined: nothing. */
function actOf(entry: Entry): string | undefined {
  const { users, title, open } = entry;
  if (users === undefined && title === undefined && open === undefined) return undefined;
  return JSON.stringify({ users, title, open });
}

class Texts {
  readonly all: string[] = [];
  readonly #at = new Map<string, number>();

  point(text: string | undefined): number {
    if (text === undefined) return -1;
    const known = this.#at.get(text);
    if (known !== undefined) return known;
    this.#at.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

function bodyBytes(entries: readonly Entry[]): number {
  let sum = 0;
  for (const { body } of entries) if (body) sum += body.length;
  return sum;
}

export function pack(entries: readonly Entry[]): Packed {
  const count = entries.length;
  const idsAt = count * ROW_BYTES;
  const buffer = new ArrayBuffer(idsAt + count * ID_BYTES + bodyBytes(entries));
  const rows = new Float64Array(buffer, 0, count * COLUMNS);
  const octets = new Uint8Array(buffer);
  const texts = new Texts();
  let bodyAt = idsAt + count * ID_BYTES;
  for (let at = 0; at < count; at += 1) {
    const entry = entries[at]!;
    const row = at * COLUMNS;
    rows[row + CONVERSATION] = texts.point(entry.conversation);
    rows[row + POSITION] = entry.position;
    rows[row + ORDER] = entry.order;
    rows[row + USER] = texts.point(entry.user);
    rows[row + DEVICE] = texts.point(entry.device);
    rows[row + NUMBER] = entry.number;
    rows[row + SENT_AT] = entry.sentAt;
    rows[row + ACCEPTED_AT] = entry.acceptedAt;
    rows[row + KIND] = texts.point(entry.kind);
    rows[row + MEDIA_TYPE] = texts.point(entry.mediaType);
    rows[row + ACT] = texts.point(actOf(entry));
    rows[row + BODY_START] = bodyAt;
    rows[row + BODY_LENGTH] = entry.body?.length ?? -1;
    writeId(entry.id, octets, idsAt + at * ID_BYTES);
    octets.set(entry.body ?? NO_OCTETS, bodyAt);
    bodyAt += entry.body?.length ?? 0;
  }
  return { count, texts: texts.all, buffer };
}

/** Looks at packed entries where they lie. */
export class PackedView {
  readonly count: number;
  readonly #texts: readonly string[];
  readonly #rows: Float64Array;
  readonly #octets: Uint8Array;

  constructor({ count, texts, buffer }: Packed) {
    this.count = count;
    this.#texts = texts;
    this.#rows = new Float64Array(buffer, 0, count * COLUMNS);
    this.#octets = new Uint8Array(buffer);
  }

  /** A number, or the pointer of a text. */
  at(entry: number, column: number): number {
    return this.#rows[entry * COLUMNS + column]!;
  }
  text(entry: number, column: number): string | undefined {
    return this.#texts[this.at(entry, column)];
  }
  id(entry: number): Uint8Array {
    const start = this.count * ROW_BYTES + entry * ID_BYTES;
    return this.#octets.subarray(start, start + ID_BYTES);
  }
  body(entry: number): Uint8Array | undefined {
    const length = this.at(entry, BODY_LENGTH);
    if (length < 0) return undefined;
    const start = this.at(entry, BODY_START);
    return this.#octets.subarray(start, start + length);
  }
}

/** The entries again. Bodies are copies, so that one entry does not keep all the others' memory. */
export function unpack(packed: Packed): Entry[] {
  const view = new PackedView(packed);
  return Array.from({ length: packed.count }, (_, at) => {
    const mediaType = view.text(at, MEDIA_TYPE);
    const body = view.body(at);
    const act = view.text(at, ACT);
    return {
      conversation: view.text(at, CONVERSATION)!,
      position: view.at(at, POSITION),
      order: view.at(at, ORDER),
      id: readId(view.id(at)),
      user: view.text(at, USER)!,
      device: view.text(at, DEVICE)!,
      number: view.at(at, NUMBER),
      sentAt: view.at(at, SENT_AT),
      acceptedAt: view.at(at, ACCEPTED_AT),
      kind: view.text(at, KIND)!,
      ...(mediaType !== undefined && { mediaType }),
      ...(body !== undefined && { body: body.slice() }),
      ...(act !== undefined && (JSON.parse(act) as Pick<Entry, 'users' | 'title' | 'open'>)),
    };
  });
}
