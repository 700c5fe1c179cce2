/**
 * Text to bytes and back: by Buffer's native calls where there are any (Node), else by what every
 * browser has. Both are tested against each other; nothing else in this room knows which of them it
 * runs on.
 */

export interface TextCodec {
  /**
   * One character for each byte; the bytes are known to be ASCII, or stand for themselves in
   * base64.
   */
  latin1(bytes: Uint8Array, start: number, end: number): string;
  /** UTF-8 to text, a byte order mark kept; undefined if ill-formed. */
  decode(bytes: Uint8Array, start: number, end: number): string | undefined;
  /** Writes UTF-8 and returns how many bytes; the room is there. Lone surrogates become U+FFFD. */
  encodeInto(text: string, target: Uint8Array, at: number): number;
}

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
/** Few enough to be arguments of one call in every engine. */
const CODES_AT_ONCE = 4096;
/** Below this length a loop is faster than a native call. */
const LOOP_BELOW = 64;

function decodeFatal(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return fatal.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return false;
  return true;
}

export const portableCodec: TextCodec = {
  latin1(bytes, start, end) {
    let text = '';
    for (let at = start; at < end; at += CODES_AT_ONCE) {
      const some = bytes.subarray(at, Math.min(at + CODES_AT_ONCE, end));
      text += String.fromCharCode(...some);
    }
    return text;
  },
  decode: decodeFatal,
  encodeInto: (text, target, at) => encoder.encodeInto(text, target.subarray(at)).written,
};

interface NativeCalls {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number): number;
}

function nativeCodec(calls: NativeCalls): TextCodec {
  return {
    latin1: (bytes, start, end) => calls.latin1Slice.call(bytes, start, end),
    decode(bytes, start, end) {
      if (end - start < LOOP_BELOW && isAscii(bytes, start, end)) {
        return calls.latin1Slice.call(bytes, start, end);
      }
      const text = calls.utf8Slice.call(bytes, start, end);
      // The native call puts U+FFFD where bytes are ill-formed; only then is it worth asking a
      // second time.
      return text.includes('\ufffd') ? decodeFatal(bytes, start, end) : text;
    },
    encodeInto: (text, target, at) => calls.utf8Write.call(target, text, at),
  };
}

function findNative(): TextCodec | undefined {
  const found = (globalThis as { Buffer?: { prototype?: Partial<NativeCalls> } }).Buffer?.prototype;
  if (!found?.latin1Slice || !found.utf8Slice || !found.utf8Write) return undefined;
  return nativeCodec(found as NativeCalls);
}

interface NativeRoom {
  allocUnsafe?(length: number): Uint8Array;
  allocUnsafeSlow?(length: number): Uint8Array;
}

const nativeRoom = (globalThis as { Buffer?: NativeRoom }).Buffer;

/**
 * Room for bytes that are all going to be written: under Node not zeroed, which is several times
 * faster for the few hundred bytes of a frame. What is handed on must have been written over.
 * `shared`: many small ones lie in one block, which lives as long as the last of them.
 */
export function room(length: number, shared: boolean): Uint8Array {
  const native = shared ? nativeRoom?.allocUnsafe?.(length) : nativeRoom?.allocUnsafeSlow?.(length);
  return native ?? new Uint8Array(length);
}

/** Undefined outside Node. */
export const fastCodec: TextCodec | undefined = findNative();
export const codec: TextCodec = fastCodec ?? portableCodec;

/** How many bytes a text takes in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i += 1;
    } else bytes += 2;
  }
  return bytes;
}

/** What a body under `text/` must be. */
export function isUtf8(bytes: Uint8Array): boolean {
  return isAscii(bytes, 0, bytes.length) || codec.decode(bytes, 0, bytes.length) !== undefined;
}

/** UTF-8 as text; undefined if ill-formed. */
export function textOf(bytes: Uint8Array): string | undefined {
  return codec.decode(bytes, 0, bytes.length);
}

/** Text as UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}
