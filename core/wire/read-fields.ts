import type { Field, Group } from './field.ts';
import type { FieldReader } from './field-reader.ts';
import { malformed } from './wire-error.ts';

/** A frame or group in the making. */
export type ReadValues = Record<string, unknown>;

/**
 * Reads fields by the table into `into`. Items of a RESULT are left as bytes, for `query` may
 * follow them. Throws WireError on a field twice that is not repeated, one missing that is
 * required, or an ill-formed value.
 */
export function readFields(reader: FieldReader, group: Group, into: ReadValues): void {
  let seen = 0;
  for (let tag = reader.next(); tag >= 0; tag = reader.next()) {
    const field = group.byTag[tag];
    if (field === undefined) {
      reader.skip();
      continue;
    }
    const value = readValue(reader, field);
    const again = (seen & (1 << tag)) !== 0;
    seen |= 1 << tag;
    if (!field.repeated) {
      if (again) throw malformed(`${field.name} occurs twice`);
      into[field.name] = value;
    } else if (again) addTo(into[field.name] as unknown[], field, value);
    else into[field.name] = [value];
  }
  if ((seen & group.required) !== group.required) throw missing(group, seen);
}

function addTo(values: unknown[], field: Field, value: unknown): void {
  if (field.atMost !== undefined && values.length >= field.atMost) {
    throw malformed(`${field.name} occurs more than ${field.atMost} times`);
  }
  values.push(value);
}

function missing(group: Group, seen: number): Error {
  const field = group.fields.find((one) => one.required && (seen & (1 << one.tag)) === 0);
  return malformed(`${field?.name} is missing`);
}

function readValue(reader: FieldReader, field: Field): unknown {
  switch (field.kind) {
    case 'uint':
      return reader.uint();
    case 'text':
      return reader.text();
    case 'bytes':
    case 'items':
      return reader.bytes();
    case 'id':
      return reader.id();
    case 'group':
    default:
      return readGroup(reader, field.group!);
  }
}

function readGroup(reader: FieldReader, group: Group): ReadValues {
  const values: ReadValues = {};
  const outer = reader.enter();
  readFields(reader, group, values);
  reader.leave(outer);
  return values;
}
