import { fromBase64 } from './base64.ts';
import { bytesOf, textOf } from './bytes.ts';
import { isFrom, UINT_MAX, type Field, type FrameSpec, type Group, type Side } from './field.ts';
import type { ClientFrame, Frame, ServerFrame } from './frames.ts';
import { isShapedLikeFrames } from './json-shape.ts';
import { isTextMedia } from './names.ts';
import type { ReadValues } from './read-fields.ts';
import type { WhatOf } from './read-frame.ts';
import { ITEMS, specOfType } from './table.ts';
import { isUuid } from './uuid.ts';
import { malformed } from './wire-error.ts';

/**
 * One frame from a JSON text of UTF-8. Of a key that occurs twice the last one counts; unknown keys
 * are ignored. From a server, undefined stands for a frame to be skipped: an unknown type, or a
 * RESULT that nobody waits for. Throws WireError `malformed` on anything else that is not a frame.
 * The length is the caller's to check.
 */
export function decodeJson(bytes: Uint8Array, from: 'client'): ClientFrame;
export function decodeJson(
  bytes: Uint8Array,
  from: 'server',
  whatOf?: WhatOf,
): ServerFrame | undefined;
export function decodeJson(bytes: Uint8Array, from: Side, whatOf?: WhatOf): Frame | undefined;
export function decodeJson(bytes: Uint8Array, from: Side, whatOf?: WhatOf): Frame | undefined {
  const given = parseObject(bytes);
  const type = given['type'];
  if (typeof type !== 'string') throw malformed('type must be a string');
  const spec = specOfType(type);
  if (spec === undefined && from === 'server') return undefined;
  if (spec === undefined || !isFrom(spec, from)) throw malformed(`no such frame from a ${from}`);
  return readFrom(given, spec, whatOf);
}

function parseObject(bytes: Uint8Array): ReadValues {
  const text = textOf(bytes);
  if (text === undefined) throw malformed('a message is not well-formed UTF-8');
  if (!isShapedLikeFrames(bytes)) throw malformed('a message has too many or too deep brackets');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('a message is not JSON');
  }
  return asObject(value, 'a message');
}

function readFrom(
  given: ReadValues,
  spec: FrameSpec,
  whatOf: WhatOf | undefined,
): Frame | undefined {
  const values: ReadValues = { type: spec.type };
  readGroup(given, spec, values);
  if (spec.type !== 'result') return values as unknown as Frame;
  const what = whatOf?.(values['query'] as number);
  if (what === undefined) return undefined;
  const items = (values['item'] ?? []) as readonly ReadValues[];
  values['what'] = what;
  values['item'] = items.map((item) => readGroup(item, ITEMS[what], {}));
  return values as unknown as Frame;
}

function readGroup(given: ReadValues, group: Group, into: ReadValues): ReadValues {
  for (const field of group.fields) {
    const value = field.textual ? readBody(given, field) : readField(given[field.name], field);
    if (value !== undefined) into[field.name] = value;
    else if (field.required) throw malformed(`${field.name} is missing`);
  }
  return into;
}

function readBody(given: ReadValues, field: Field): Uint8Array | undefined {
  const { mediaType, text, [field.name]: bytes } = given;
  const isText = isTextMedia(typeof mediaType === 'string' ? mediaType : undefined);
  if (isText && bytes !== undefined) throw malformed('a body under text/ must be called text');
  if (!isText && text !== undefined) throw malformed('text needs a media type under text/');
  return isText
    ? text === undefined
      ? undefined
      : bytesOf(asText(text, 'text'))
    : (readField(bytes, field) as Uint8Array | undefined);
}

function readField(value: unknown, field: Field): unknown {
  if (value === undefined) return undefined;
  if (!field.repeated) return readValue(value, field);
  if (!Array.isArray(value)) throw malformed(`${field.name} must be an array`);
  if (field.atMost !== undefined && value.length > field.atMost) {
    throw malformed(`${field.name} occurs more than ${field.atMost} times`);
  }
  return value.length === 0 ? undefined : value.map((one) => readValue(one, field));
}

function readValue(value: unknown, field: Field): unknown {
  switch (field.kind) {
    case 'uint':
      return asUint(value, field.name);
    case 'text':
      return asText(value, field.name);
    case 'bytes':
      return asBytes(value, field.name);
    case 'id':
      return asId(value, field.name);
    case 'group':
      return readGroup(asObject(value, field.name), field.group!, {});
    case 'items':
    default:
      return asObject(value, field.name);
  }
}

function asObject(value: unknown, name: string): ReadValues {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as ReadValues;
  }
  throw malformed(`${name} must be an object`);
}

function asUint(value: unknown, name: string): number {
  // Adding 0 makes 0 of -0, which JSON can say and TLV cannot.
  if (Number.isInteger(value)) {
    const whole = (value as number) + 0;
    if (whole >= 0 && whole <= UINT_MAX) return whole;
  }
  throw malformed(`${name} must be a whole number from 0 to 2^48-1`);
}

function asText(value: unknown, name: string): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw malformed(`${name} must be a well-formed string`);
}

function asBytes(value: unknown, name: string): Uint8Array {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
  if (bytes !== undefined) return bytes;
  throw malformed(`${name} must be base64`);
}

function asId(value: unknown, name: string): string {
  if (typeof value === 'string' && isUuid(value)) return value.toLowerCase();
  throw malformed(`${name} must be a UUID`);
}
