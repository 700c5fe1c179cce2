/** UUIDs: lower-case text with dashes in memory, 16 bytes on the wire. */
import { codec } from './bytes.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DASH = 0x2d;
const TEXT_LENGTH = 36;
const BYTES = 16;
const DIGITS = '0123456789abcdef';
const BAD = 0xff;

/** The value of each ASCII hex digit, of either case; BAD for anything else. */
const DIGIT_VALUE = new Uint8Array(128).fill(BAD);
for (let value = 0; value < 16; value++) {
  const digit = DIGITS.charAt(value);
  DIGIT_VALUE[digit.charCodeAt(0)] = value;
  DIGIT_VALUE[digit.toUpperCase().charCodeAt(0)] = value;
}
const DIGIT_CODE = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
/** Where each byte's two digits stand in the text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

const scratch = new Uint8Array(TEXT_LENGTH).fill(DASH);

/** True for a UUID with dashes, of any version and either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The text of the 16 bytes at `at`. */
export function readUuid(bytes: Uint8Array, at: number): string {
  for (let i = 0; i < BYTES; i++) {
    const place = PLACES[i]!;
    const byte = bytes[at + i]!;
    scratch[place] = DIGIT_CODE[byte >> 4]!;
    scratch[place + 1] = DIGIT_CODE[byte & 15]!;
  }
  return codec.latin1(scratch, 0, TEXT_LENGTH);
}

function hasDashes(text: string): boolean {
  return (
    text.length === TEXT_LENGTH &&
    text.charCodeAt(8) === DASH &&
    text.charCodeAt(13) === DASH &&
    text.charCodeAt(18) === DASH &&
    text.charCodeAt(23) === DASH
  );
}

/** Writes the 16 bytes of a UUID; the room is there. Throws RangeError on any other text. */
export function writeUuid(text: string, target: Uint8Array, at: number): void {
  let wrong = hasDashes(text) ? 0 : 0x100;
  for (let i = 0; i < BYTES; i++) {
    const place = PLACES[i]!;
    const highCode = text.charCodeAt(place);
    const lowCode = text.charCodeAt(place + 1);
    const high = DIGIT_VALUE[highCode & 0x7f]!;
    const low = DIGIT_VALUE[lowCode & 0x7f]!;
    wrong |= ((high | low) & 0xf0) | ((highCode | lowCode) & 0xff80);
    target[at + i] = (high << 4) | low;
  }
  if (wrong !== 0) throw new RangeError('an id must be a UUID with dashes');
}

/**
 * A UUID of version 7 (RFC 9562, section 5.7): the time in ms, then chance.
 * Throws RangeError unless `nowMs` fits 48 bits and there are ten random octets.
 */
export function uuidV7(nowMs: number, random10Bytes: Uint8Array): string {
  if (!(nowMs >= 0 && nowMs < 2 ** 48) || random10Bytes.length !== 10) {
    throw new RangeError('a UUID needs ms since 1970 and ten random octets');
  }
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(nowMs / 0x10000));
  view.setUint16(4, Math.floor(nowMs) % 0x10000);
  bytes.set(random10Bytes, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return readUuid(bytes, 0);
}
