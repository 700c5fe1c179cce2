/**
 * Judges a value by the part of JSON Schema, draft 7, that our schema uses; unknown words throw.
 */
import assert from 'node:assert/strict';

type Schema = Readonly<Record<string, unknown>>;
type Judge = (wanted: unknown, value: unknown, schema: Schema) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const onObject =
  (judge: (wanted: unknown, value: Record<string, unknown>, schema: Schema) => boolean): Judge =>
  (wanted, value, schema) =>
    !isObject(value) || judge(wanted, value, schema);
const onText =
  (judge: (wanted: unknown, value: string) => boolean): Judge =>
  (wanted, value) =>
    typeof value !== 'string' || judge(wanted, value);
const onNumber =
  (judge: (wanted: number, value: number) => boolean): Judge =>
  (wanted, value) =>
    typeof value !== 'number' || judge(wanted as number, value);
const onList =
  (judge: (wanted: unknown, value: unknown[]) => boolean): Judge =>
  (wanted, value) =>
    !Array.isArray(value) || judge(wanted, value);
const note: Judge = () => true;

const WORDS: Readonly<Record<string, Judge>> = {
  $schema: note,
  title: note,
  description: note,
  default: note,
  type: (wanted, value) => [wanted].flat().some((type) => hasType(type, value)),
  const: (wanted, value) => wanted === value,
  ['enum']: (wanted, value) => (wanted as unknown[]).includes(value),
  anyOf: (wanted, value) => (wanted as Schema[]).some((one) => accepts(one, value)),
  oneOf: (wanted, value) => (wanted as Schema[]).filter((one) => accepts(one, value)).length === 1,
  not: (wanted, value) => !accepts(wanted as Schema, value),
  required: onObject((wanted, value) =>
    (wanted as string[]).every((key) => Object.hasOwn(value, key)),
  ),
  properties: onObject((wanted, value) =>
    Object.entries(wanted as Record<string, Schema>).every(
      ([key, schema]) => !Object.hasOwn(value, key) || accepts(schema, value[key]),
    ),
  ),
  additionalProperties: onObject((wanted, value, schema) => {
    const known = Object.keys(schema['properties'] ?? {});
    const others = Object.keys(value).filter((key) => !known.includes(key));
    if (wanted === false) return others.length === 0;
    return others.every((key) => accepts(wanted as Schema, value[key]));
  }),
  propertyNames: onObject((wanted, value) =>
    Object.keys(value).every((key) => accepts(wanted as Schema, key)),
  ),
  minProperties: onObject((wanted, value) => Object.keys(value).length >= Number(wanted)),
  items: onList((wanted, value) => value.every((one) => accepts(wanted as Schema, one))),
  minItems: onList((wanted, value) => value.length >= Number(wanted)),
  maxItems: onList((wanted, value) => value.length <= Number(wanted)),
  pattern: onText((wanted, value) => new RegExp(wanted as string, 'u').test(value)),
  minLength: onText((wanted, value) => value.length >= Number(wanted)),
  maxLength: onText((wanted, value) => value.length <= Number(wanted)),
  minimum: onNumber((wanted, value) => value >= wanted),
  maximum: onNumber((wanted, value) => value <= wanted),
};

function hasType(type: unknown, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

export function accepts(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([word, wanted]) => {
    const judge = WORDS[word];
    assert.ok(judge, `the schema uses ${word}, which is not known here`);
    return judge(wanted, value, schema);
  });
}
