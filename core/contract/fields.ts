/**
 * Field builders: one description per setting, from which come parsing, defaults, every problem
 * with its place, the reference page, a commented sample, redaction and the JSON Schema for
 * editors. A field is data; `core/config` reads it. A setting without `fallback` must be given,
 * unless it is `optional`.
 */

export type FieldKind =
  | 'text'
  | 'whole'
  | 'duration'
  | 'size'
  | 'flag'
  | 'oneOf'
  | 'listOf'
  | 'group'
  | 'address'
  | 'path';

/** One setting. `T` is what the plugin's `create` gets. */
export interface Field<T> {
  readonly kind: FieldKind;
  /** One sentence for the operator. */
  readonly help: string;
  readonly fallback?: T;
  /** May be absent without a fallback: arrives as undefined. */
  readonly optional: boolean;
  /** Never printed or logged. */
  readonly secret: boolean;
  /**
   * Of a transport: `reload` takes it up while it runs. Settings of guards, consumers and the
   * authentication are all live, as those are made anew.
   */
  readonly live?: true;
  /** Of numbers, durations (ms) and sizes (bytes), inclusive; of text, its length. */
  readonly min?: number;
  readonly max?: number;
  /** Of text: a regular expression that the whole value matches. */
  readonly pattern?: string;
  readonly choices?: readonly string[];
  readonly item?: Field<unknown>;
  readonly fields?: Fields;
}
// oxlint-disable-next-line typescript/no-explicit-any -- a record of fields of any value types
export type Fields = Readonly<Record<string, Field<any>>>;
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** A listening address. Port 0: any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

interface Common<T> {
  help: string;
  fallback?: T;
  live?: true;
}
type Bounded<T> = Common<T> & { min?: number; max?: number };
type TextOptions = Common<string> & { min?: number; max?: number; pattern?: string };

function field<T>(kind: FieldKind, options: object): Field<T> {
  return { optional: false, secret: false, ...options, kind } as Field<T>;
}

/** A string. */
export function text(options: TextOptions): Field<string> {
  return field('text', options);
}
/** A string that is never shown. */
export function secret(options: TextOptions): Field<string> {
  return field('text', { ...options, secret: true });
}
/** A whole number. */
export function whole(options: Bounded<number>): Field<number> {
  return field('whole', options);
}
/**
 * Written with a unit (`250ms`, `10s`, `5m`, `1h`, `7d`), arrives in ms. `fallback`, `min` and
 * `max` in ms.
 */
export function duration(options: Bounded<number>): Field<number> {
  return field('duration', options);
}
/** Written with a unit (`512B`, `64KiB`, `1MiB`, `2GiB`), arrives in bytes. */
export function size(options: Bounded<number>): Field<number> {
  return field('size', options);
}
/** true or false. */
export function flag(options: Common<boolean>): Field<boolean> {
  return field('flag', options);
}
/** One of a fixed set of words. */
export function oneOf<const C extends string>(
  options: Common<NoInfer<C>> & { choices: readonly C[] },
): Field<C> {
  return field('oneOf', options);
}
/** A list, each item as described. */
export function listOf<T>(item: Field<T>, options: Bounded<readonly T[]>): Field<readonly T[]> {
  return field('listOf', { ...options, item });
}
/** Settings under one key. Absent: the fallbacks of its fields. */
export function group<F extends Fields>(options: { help: string; fields: F }): Field<Values<F>> {
  return field('group', options);
}
/** `host:port` to listen on, `[::1]:7400` for IPv6. */
export function address(options: Common<ListenAddress>): Field<ListenAddress> {
  return field('address', options);
}
/**
 * A file or folder; a relative one is taken from the folder of the configuration file and arrives
 * absolute.
 */
export function path(options: Common<string>): Field<string> {
  return field('path', options);
}
/** Makes a setting optional: absent, it arrives as undefined. */
export function optional<T>(inner: Field<T>): Field<T | undefined> {
  return { ...inner, optional: true };
}
