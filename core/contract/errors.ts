/** Errors thrown on purpose: each has a line in the catalogue. */
import type { CatalogueLine, ErrorKind } from './catalogue-line.ts';
import { CATALOGUE } from './catalogue.ts';

export type ErrorCode = keyof typeof CATALOGUE;

/**
 * What fills the template. A part that does not start may name the `setting` that is to blame, with
 * dots where it is an inner one: the operator is shown its line.
 */
type Details = Readonly<Record<string, string | number>>;

function fill(template: string, details: Details): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}

/** The only error class that the kernel and plugins throw on purpose. */
export class ImError extends Error {
  override readonly name = 'ImError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  /** What the reader should do. */
  readonly act: string;
  readonly details: Details;

  constructor(code: ErrorCode, details: Details = {}, options?: { cause?: unknown }) {
    const line: CatalogueLine = CATALOGUE[code];
    super(fill(line.message, details), options);
    this.code = code;
    this.kind = line.kind;
    this.act = fill(line.act, details);
    this.details = details;
  }
}

/** An error's message, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Holds what must be true; a failure is a bug of ours and ends the process in order. */
export function must(condition: unknown, why: string): asserts condition {
  if (!condition) throw new ImError('IM_BUG', { why });
}
