import type { ByteSink } from './byte-sink.ts';
import { ITEMS } from './table.ts';
import type { Field, Group } from './field.ts';
import type { What } from './frames.ts';

/** A frame or group as the table sees it. */
export type FieldValues = Readonly<Record<string, unknown>>;

/**
 * Writes the fields of a frame or group by the table, in the order of their tags. `items` says
 * which fields the items of a RESULT have. Throws RangeError on a uint out of range or an id that
 * is none.
 */
export function writeFields(sink: ByteSink, group: Group, from: FieldValues, items?: What): void {
  for (const field of group.fields) {
    const value = from[field.name];
    if (value === undefined) continue;
    if (!field.repeated) writeField(sink, field, value, items);
    else for (const one of value as readonly unknown[]) writeField(sink, field, one, items);
  }
}

function writeField(sink: ByteSink, field: Field, value: unknown, items: What | undefined): void {
  switch (field.kind) {
    case 'uint':
      return sink.uint(field.tag, value as number);
    case 'text':
      return sink.text(field.tag, value as string);
    case 'bytes':
      return sink.bytes(field.tag, value as Uint8Array);
    case 'id':
      return sink.id(field.tag, value as string);
    case 'group':
      return writeGroup(sink, field.tag, field.group!, value as FieldValues);
    case 'items':
      return writeGroup(sink, field.tag, ITEMS[items!], value as FieldValues);
  }
}

function writeGroup(sink: ByteSink, tag: number, group: Group, from: FieldValues): void {
  const begun = sink.beginGroup(tag);
  writeFields(sink, group, from);
  sink.endGroup(begun);
}
