import type { FieldReader } from './field-reader.ts';
import type { FrameSpec } from './field.ts';
import type { Frame, What } from './frames.ts';
import { readFields, type ReadValues } from './read-fields.ts';
import { readHot } from './read-hot.ts';
import { ITEMS } from './table.ts';

/** What the one who asks remembers of a query, so that the items of its RESULT can be read. */
export type WhatOf = (query: number) => What | undefined;

/**
 * Reads the fields of one frame. Undefined for a RESULT to a question that nobody remembers: its
 * items cannot be read. Throws WireError on anything ill-formed.
 */
export function readFrame(
  reader: FieldReader,
  spec: FrameSpec,
  bytes: Uint8Array,
  start: number,
  end: number,
  whatOf: WhatOf | undefined,
): Frame | undefined {
  reader.open(bytes, start, end);
  const hot = readHot(reader, spec.octet);
  if (hot !== undefined) return hot;
  reader.open(bytes, start, end);
  return readGeneric(reader, spec, whatOf);
}

/**
 * Reads any frame by the table alone: what the faster ways are tested against, and whence their
 * errors come.
 */
export function readGeneric(
  reader: FieldReader,
  spec: FrameSpec,
  whatOf: WhatOf | undefined,
): Frame | undefined {
  const values: ReadValues = { type: spec.type };
  readFields(reader, spec, values);
  if (spec.type === 'result' && !readItems(reader, values, whatOf)) return undefined;
  return values as unknown as Frame;
}

function readItems(reader: FieldReader, values: ReadValues, whatOf: WhatOf | undefined): boolean {
  const what = whatOf?.(values['query'] as number);
  if (what === undefined) return false;
  const parts = (values['item'] ?? []) as readonly Uint8Array[];
  values['what'] = what;
  values['item'] = parts.map((part) => {
    const item: ReadValues = {};
    reader.open(part, 0, part.length);
    readFields(reader, ITEMS[what], item);
    return item;
  });
  return true;
}
