/** What a field of a frame is, and how the table of frames is written down. */
import type { FrameType } from './frames.ts';

export type Side = 'client' | 'server';
/** `items`: the groups of RESULT, whose fields depend on what was asked. */
export type FieldKind = 'uint' | 'text' | 'bytes' | 'id' | 'group' | 'items';

export interface Field {
  readonly tag: number;
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly repeated: boolean;
  /** In JSON these bytes are the string `text`, if the group's mediaType is absent or text. */
  readonly textual?: boolean;
  /** More of a repeated field are malformed. */
  readonly atMost?: number;
  /** The fields inside, for kind `group`. */
  readonly group?: Group;
}

export interface Group {
  readonly fields: readonly Field[];
  /** The same by tag; where nothing stands, the tag is unknown and its field is skipped. */
  readonly byTag: readonly (Field | undefined)[];
  /** Bit `tag` is set for every field that must be there. */
  readonly required: number;
}

export interface FrameSpec extends Group {
  readonly octet: number;
  readonly type: FrameType;
  /** Who may send it. */
  readonly from: Side | 'both';
}

/** No uint is larger: six bytes, and exact as a JavaScript number. */
export const UINT_MAX = 2 ** 48 - 1;
/** Type and length before the fields of each frame. */
export const HEADER_BYTES = 5;

type Simple = Exclude<FieldKind, 'group' | 'items'>;

export function must(tag: number, name: string, kind: Simple): Field {
  return { tag, name, kind, required: true, repeated: false };
}

export function may(tag: number, name: string, kind: Simple): Field {
  return { tag, name, kind, required: false, repeated: false };
}

export function many(tag: number, name: string, kind: Simple, atMost?: number): Field {
  const field: Field = { tag, name, kind, required: false, repeated: true };
  return atMost === undefined ? field : { ...field, atMost };
}

/** Bytes of the kind that `mediaType` beside it says. */
export function body(tag: number, required: boolean): Field {
  return { tag, name: 'body', kind: 'bytes', required, repeated: false, textual: true };
}

export function group(...fields: readonly Field[]): Group {
  const byTag: (Field | undefined)[] = [];
  let required = 0;
  for (let tag = 0; tag < 32; tag++) byTag.push(fields.find((field) => field.tag === tag));
  for (const field of fields) if (field.required) required |= 1 << field.tag;
  return { fields, byTag, required };
}

export function groups(tag: number, name: string, required: boolean, inside: Group): Field {
  return { tag, name, kind: 'group', required, repeated: true, group: inside };
}

export function frame(
  octet: number,
  type: FrameType,
  from: Side | 'both',
  ...fields: readonly Field[]
): FrameSpec {
  return { octet, type, from, ...group(...fields) };
}

/** True if that side may send this frame. */
export function isFrom(spec: FrameSpec, side: Side): boolean {
  return spec.from === side || spec.from === 'both';
}
