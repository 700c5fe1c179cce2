/** The effective configuration, and what a reload of the file would change. */
import { z } from 'zod';

export const settingRow = z.object({
  /** Dotted, such as `limits.window`. */
  path: z.string(),
  /** As YAML would have it; what is secret is `<hidden>`. */
  value: z.string(),
  /** `file:line:column`; absent: the default. */
  where: z.string().optional(),
});

export const configView = z.object({
  file: z.string(),
  /** Of what runs now: a reload may ask for it. */
  hash: z.string(),
  settings: z.array(settingRow),
});

export const change = z.object({
  path: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  where: z.string().optional(),
  /** live: it is taken at once. restart: the next start takes it. */
  how: z.enum(['live', 'restart']),
  /** arrivals: live for connections that come from then on. */
  taking: z.enum(['now', 'arrivals', 'restart']),
});

const partNews = z.object({
  part: z.string(),
  /** kept: it could not read its files again, and goes on with what it had. */
  became: z.enum(['new', 'kept', 'failed', 'gone']),
  why: z.string().optional(),
  code: z.string().optional(),
});

export const reloaded = z.object({
  /** False: it was only shown. */
  applied: z.boolean(),
  /** Of what runs now. */
  hash: z.string(),
  changes: z.array(change),
  /** Those that were made anew, or read their files again. */
  parts: z.array(partNews),
});
