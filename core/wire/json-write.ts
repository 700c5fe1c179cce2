import { toBase64 } from './base64.ts';
import { textOf } from './bytes.ts';
import { UINT_MAX, type Field, type Group } from './field.ts';
import type { Frame, What } from './frames.ts';
import { isTextMedia } from './names.ts';
import { ITEMS, specOfType } from './table.ts';
import { isUuid } from './uuid.ts';
import type { FieldValues } from './write-fields.ts';

/**
 * One frame as a JSON text. Throws RangeError on a uint out of range, an id that is none, or a body
 * under `text/` that is not UTF-8.
 */
export function encodeJson(frame: Frame): string {
  const items = frame.type === 'result' ? frame.what : undefined;
  const spec = specOfType(frame.type)!;
  const values = plainGroup(spec, frame as unknown as FieldValues, items);
  return JSON.stringify({ type: frame.type, ...values });
}

function plainGroup(group: Group, from: FieldValues, items?: What): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of group.fields) {
    const value = from[field.name];
    if (value === undefined) continue;
    if (field.textual && isTextMedia(from['mediaType'] as string | undefined)) {
      out['text'] = plainText(value as Uint8Array);
    } else if (!field.repeated) out[field.name] = plainValue(field, value, items);
    else {
      out[field.name] = (value as readonly unknown[]).map((one) => plainValue(field, one, items));
    }
  }
  return out;
}

function plainValue(field: Field, value: unknown, items: What | undefined): unknown {
  switch (field.kind) {
    case 'uint':
      return plainUint(field, value as number);
    case 'text':
      return (value as string).toWellFormed();
    case 'bytes':
      return toBase64(value as Uint8Array);
    case 'id':
      if (!isUuid(value as string)) throw new RangeError(`${field.name} must be a UUID`);
      return value;
    case 'group':
      return plainGroup(field.group!, value as FieldValues);
    case 'items':
    default:
      return plainGroup(ITEMS[items!], value as FieldValues);
  }
}

function plainUint(field: Field, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= UINT_MAX) return value;
  throw new RangeError(`${field.name} must be a whole number from 0 to 2^48-1, not ${value}`);
}

function plainText(body: Uint8Array): string {
  const text = textOf(body);
  if (text === undefined) throw new RangeError('a body under text/ must be UTF-8');
  return text;
}
