/** Any frame, by the table: what the property tests run over. */
import * as fc from 'fast-check';
import { isFrom, UINT_MAX, type Field, type Group, type Side } from '../../../core/wire/field.ts';
import type { Frame, What } from '../../../core/wire/frames.ts';
import { isTextMedia } from '../../../core/wire/names.ts';
import { FRAMES, ITEMS } from '../../../core/wire/table.ts';

type Values = Record<string, unknown>;

export const WHATS = Object.keys(ITEMS) as What[];

const uint = fc.oneof(
  fc.constantFrom(0, 1, 255, 256, 65_535, 65_536, 2 ** 24, 2 ** 32 - 1, 2 ** 32, 2 ** 40, UINT_MAX),
  fc.integer({ min: 0, max: UINT_MAX }),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.constantFrom('', 'd/ann/bob', 'a\ufffdb', '\ufeffx', '\u0000', 'é'.repeat(64)),
  fc.constant('x'.repeat(65)),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 100, max: 20_000 }).map((length) => new Uint8Array(length).fill(length)),
);
const id = fc.uuid().map((uuid) => uuid.toLowerCase());
const mediaType = fc.constantFrom('text/plain', 'TEXT/html', 'image/png', 'text', '', 'texts/x');

function valueOf(field: Field, what: What): fc.Arbitrary<unknown> {
  if (field.name === 'mediaType') return mediaType;
  if (field.kind === 'uint') return uint;
  if (field.kind === 'text') return text;
  if (field.kind === 'id') return id;
  if (field.kind === 'bytes') return bytes;
  return valuesOf(field.kind === 'items' ? ITEMS[what] : field.group!, what);
}

/** A body under a text media type is text; its bytes are made from one. */
function withTextBody(values: Values): Values {
  if (!(values['body'] instanceof Uint8Array)) return values;
  if (!isTextMedia(values['mediaType'] as string | undefined)) return values;
  const body = new TextEncoder().encode(Buffer.from(values['body']).toString('utf8'));
  return { ...values, body };
}

function valuesOf(group: Group, what: What): fc.Arbitrary<Values> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of group.fields) {
    const value = valueOf(field, what);
    const maxLength = Math.min(field.atMost ?? 5, 5);
    model[field.name] = field.repeated ? fc.array(value, { minLength: 1, maxLength }) : value;
  }
  const requiredKeys = group.fields.filter((one) => one.required).map((one) => one.name);
  const values = fc.record(model, { requiredKeys, noNullPrototype: true });
  return group.fields.some((field) => field.textual) ? values.map(withTextBody) : values;
}

function frameOf(type: string, what: What): fc.Arbitrary<Frame> {
  const spec = FRAMES.find((one) => one.type === type)!;
  return valuesOf(spec, what).map((values) => {
    const result = type === 'result' ? { what, item: values['item'] ?? [] } : {};
    return { ...values, type, ...result } as unknown as Frame;
  });
}

/** Any frame of one type; the items of a RESULT are of the kind that its own `what` says. */
export function arbitraryFrame(type: string): fc.Arbitrary<Frame> {
  return fc.constantFrom(...WHATS).chain((what) => frameOf(type, what));
}

/** Any frames that this side may send; RESULTs are of members. */
export function arbitraryFrames(from: Side): fc.Arbitrary<Frame[]> {
  const types = FRAMES.filter((spec) => isFrom(spec, from)).map((spec) => spec.type);
  const anyFrame = fc.oneof(...types.map((type) => frameOf(type, 'members')));
  return fc.array(anyFrame, { minLength: 1, maxLength: 6 });
}
