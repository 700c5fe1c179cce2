/**
 * The log file of the simulated store: one frame for each commit. A frame: magic, length of its
 * payload, serial from 0 on, CRC-32 of serial and payload, payload.
 */
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('ff496d4c', 'hex');
const LENGTH_AT = 4;
const SERIAL_AT = 8;
const SUM_AT = 12;
const HEADER_BYTES = 16;

interface Frame {
  readonly serial: number;
  readonly payload: unknown;
  /** Behind its last octet. */
  readonly end: number;
}

/** What a log file turns out to hold. */
export interface Scanned {
  /** The payloads of the frames from the beginning on. */
  readonly payloads: readonly unknown[];
  /** Where the last of them ends. What follows is torn, if anything does. */
  readonly end: number;
  /** A whole frame stands behind a damaged one: this was no crash. */
  readonly damaged: boolean;
}

export function encodeFrame(serial: number, payload: unknown): Uint8Array {
  const body = serialize(payload);
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  MAGIC.copy(frame);
  frame.writeUInt32BE(body.length, LENGTH_AT);
  frame.writeUInt32BE(serial, SERIAL_AT);
  body.copy(frame, HEADER_BYTES);
  frame.writeUInt32BE(sumOf(frame), SUM_AT);
  return frame;
}

function sumOf(frame: Buffer): number {
  return crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(SERIAL_AT, SUM_AT)));
}

/** Undefined: no whole frame begins here. */
function frameAt(bytes: Buffer, at: number, trusting: boolean): Frame | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  if (bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return undefined;
  const end = at + HEADER_BYTES + bytes.readUInt32BE(at + LENGTH_AT);
  if (end > bytes.length) return undefined;
  const frame = bytes.subarray(at, end);
  if (!trusting && frame.readUInt32BE(SUM_AT) !== sumOf(frame)) return undefined;
  const payload: unknown = deserialize(frame.subarray(HEADER_BYTES));
  return { serial: frame.readUInt32BE(SERIAL_AT), payload, end };
}

function isFollowed(bytes: Buffer, from: number, serial: number): boolean {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if ((frameAt(bytes, at, false)?.serial ?? 0) > serial) return true;
  }
  return false;
}

/** Reads a log file. `trusting`: without a look at the checksums, as a broken store would. */
export function scanFrames(content: Uint8Array, trusting = false): Scanned {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const payloads: unknown[] = [];
  let end = 0;
  for (;;) {
    const frame = frameAt(bytes, end, trusting);
    if (frame?.serial !== payloads.length) break;
    payloads.push(frame.payload);
    end = frame.end;
  }
  return { payloads, end, damaged: isFollowed(bytes, end, payloads.length) };
}
