/** One reader for each kind of field that is written as a single value. */
import { isAbsolute, resolve } from 'node:path';
import type { Field, FieldKind, ListenAddress } from '../contract/index.ts';
import { nearest } from './nearest.ts';
import { brief, kindOf, type Scalar } from './tree.ts';
import { parseDuration, parseSize, printDuration, printSize, type Measured } from './units.ts';

export type Outcome = { readonly value: unknown } | { readonly wrong: string };
type AnyField = Field<unknown>;
type Reader = (scalar: Scalar, field: AnyField, folder: string) => Outcome;
type ScalarKind = Exclude<FieldKind, 'listOf' | 'group'>;

/**
 * `folder`: the one that relative paths are taken from. A secret's value is never part of a
 * message.
 */
export function readScalar(scalar: Scalar, field: AnyField, folder: string): Outcome {
  return READERS[field.kind as ScalarKind](scalar, field, folder);
}

const READERS: Readonly<Record<ScalarKind, Reader>> = {
  text: readText,
  whole: readWhole,
  duration: (scalar, field) => readMeasured(scalar, field, parseDuration, printDuration),
  size: (scalar, field) => readMeasured(scalar, field, parseSize, printSize),
  flag: readFlag,
  oneOf: readOneOf,
  address: readAddress,
  path: readPath,
};

/** What was written, for the end of a sentence. */
function got(scalar: Scalar, field: AnyField): string {
  return field.secret ? '' : `, not ${kindOf(scalar)}`;
}

/**
 * The scalar as text; a number or flag counts as text only where a variable was all that was
 * written.
 */
function textOf(scalar: Scalar): string | undefined {
  return typeof scalar.value === 'string' ? scalar.value : scalar.text;
}

function readText(scalar: Scalar, field: AnyField): Outcome {
  const value = textOf(scalar);
  if (value === undefined) {
    const example = field.secret ? '' : ` (write "${scalar.written}")`;
    return { wrong: `must be text; put it in quotes${example}` };
  }
  const { min, max, pattern } = field;
  if (min !== undefined && value.length < min) {
    return { wrong: `must be at least ${min} characters long` };
  }
  if (max !== undefined && value.length > max) {
    return { wrong: `must be at most ${max} characters long` };
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    return { wrong: `must match ${pattern}${got(scalar, field)}` };
  }
  return { value };
}

function bounded(value: number, field: AnyField, print: (value: number) => string): Outcome {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = field;
  if (value < min) return { wrong: `must be at least ${print(min)}` };
  if (value > max) {
    return { wrong: field.max === undefined ? 'is too large' : `must be at most ${print(max)}` };
  }
  return { value };
}

function readWhole(scalar: Scalar, field: AnyField): Outcome {
  const { value } = scalar;
  if (typeof value !== 'number' || !(Number.isInteger(value) || Math.abs(value) > 2 ** 53)) {
    const quoted = typeof value === 'string' && /^\d+$/.test(value) ? ' without quotes' : '';
    return { wrong: `must be a whole number${quoted || got(scalar, field)}` };
  }
  return bounded(value, { ...field, min: field.min ?? Number.MIN_SAFE_INTEGER }, String);
}

function readMeasured(
  scalar: Scalar,
  field: AnyField,
  parse: (written: string) => Measured,
  print: (value: number) => string,
): Outcome {
  const written = textOf(scalar) ?? (typeof scalar.value === 'number' ? scalar.written : '');
  const measured = parse(written);
  if ('wrong' in measured) return { wrong: measured.wrong + got(scalar, field) };
  return bounded(measured.value, field, print);
}

function readFlag(scalar: Scalar, field: AnyField): Outcome {
  if (typeof scalar.value === 'boolean') return { value: scalar.value };
  return { wrong: `must be true or false${got(scalar, field)}` };
}

function readOneOf(scalar: Scalar, field: AnyField): Outcome {
  const choices = field.choices ?? [];
  const value = textOf(scalar) ?? String(scalar.value);
  if (choices.includes(value)) return { value };
  const near = nearest(value, choices);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return { wrong: `must be one of ${choices.join(', ')}${got(scalar, field)}${meant}` };
}

/** `host:port` or `[v6]:port` → its parts; a `wrong` sentence if it is neither. */
export function parseAddress(written: string): ListenAddress | { readonly wrong: string } {
  if (/^\d+$/.test(written)) {
    return { wrong: `must name a host too: 127.0.0.1:${written} for this machine alone` };
  }
  const match = /^(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(written);
  if (!match) return { wrong: 'must be host:port or [::1]:port' };
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  if (host === '*') return { wrong: `must name a host: 0.0.0.0:${port} for every address` };
  if (port > 65_535) return { wrong: 'must have a port of at most 65535' };
  return { host, port };
}

function readAddress(scalar: Scalar, field: AnyField): Outcome {
  const parsed = parseAddress(textOf(scalar) ?? scalar.written);
  return 'wrong' in parsed ? { wrong: parsed.wrong + got(scalar, field) } : { value: parsed };
}

function readPath(scalar: Scalar, field: AnyField, folder: string): Outcome {
  const value = textOf(scalar);
  if (value === undefined) return { wrong: `must be a path${got(scalar, field)}` };
  if (value === '' || value.includes('\0'))
    return { wrong: 'must be a path of at least one character' };
  if (value === '~' || value.startsWith('~/')) {
    return {
      wrong: `must not begin with ~; write "\${HOME}${value.slice(1)}", not ${brief(value)}`,
    };
  }
  return { value: absolute(value, folder) };
}

/** A path as it arrives at a plugin. */
export function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}
