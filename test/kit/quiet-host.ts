/**
 * A host for tests: silent, seeded, in memory. `quietHost()` stands in for what the kernel hands to
 * a plugin.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type {
  Cancel,
  Clock,
  Health,
  Host,
  Log,
  Metrics,
  PersistenceHost,
  Random,
  Register,
} from 'im-kernel/contract';

/** One line that a plugin logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface QuietHost extends Host {
  /** What a persistence is told: false unless a test says otherwise. */
  readonly together: boolean;
  /** Everything that was logged. */
  readonly lines: readonly LogLine[];
  /** Everything that was reported. */
  readonly reports: readonly Health[];
  /** A counter's sum, under a label or over all of them; 0 if never counted. */
  counted(name: string, label?: string): number;
  /** What a gauge says now; undefined without such a gauge. */
  gauged(name: string): number | undefined;
}

/** The machine's own time. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: (delayMs: number, run: () => void): Cancel => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    soon: (run: () => void) => void setImmediate(run),
  };
}

/** The same numbers for the same seed (a Weyl sequence through the finaliser of MurmurHash3). */
export function seededRandom(seed = 1): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  return {
    next: () => word() / 2 ** 32,
    bytes: (length) => Uint8Array.from({ length }, () => word() & 255),
  };
}

function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The plain reference of the durable register: it lives as long as the object. */
export function memoryRegister(): Register {
  const values = new Map<string, string>();
  return {
    read: (key) => Promise.resolve(values.get(key)),
    compareAndSet(key, expected, next) {
      if (values.get(key) !== expected) return Promise.resolve(false);
      values.set(key, next);
      return Promise.resolve(true);
    },
    list(prefix, after, limit) {
      const keys = [...values.keys()]
        .filter((key) => key.startsWith(prefix) && inBytes(key, after) > 0)
        .sort(inBytes)
        .slice(0, Math.max(0, limit));
      return Promise.resolve(keys.map((key) => ({ key, value: values.get(key) ?? '' })));
    },
  };
}

interface Tally {
  readonly metrics: Metrics;
  readonly counted: (name: string, label?: string) => number;
  readonly gauged: (name: string) => number | undefined;
}

function tally(): Tally {
  const sums = new Map<string, Map<string, number>>();
  const gauges = new Map<string, () => number>();
  const metrics: Metrics = {
    counter(name) {
      const labels = sums.get(name) ?? new Map<string, number>();
      sums.set(name, labels);
      return { add: (by = 1, label = '') => void labels.set(label, (labels.get(label) ?? 0) + by) };
    },
    histogram: () => ({ record: () => undefined }),
    gauge: (name, _help, read) => void gauges.set(name, read),
  };
  return {
    metrics,
    counted: (name, label) => {
      const labels = sums.get(name);
      if (label !== undefined) return labels?.get(label) ?? 0;
      return [...(labels?.values() ?? [])].reduce((sum, part) => sum + part, 0);
    },
    gauged: (name) => gauges.get(name)?.(),
  };
}

function collectingLog(lines: LogLine[]): Log {
  const at =
    (level: LogLine['level']) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void lines.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Give `clock: fakeClock()` to own the time; anything else of a Host can be replaced too. */
export function quietHost(overrides: Partial<PersistenceHost> = {}): QuietHost {
  const lines: LogLine[] = [];
  const reports: Health[] = [];
  const { metrics, counted, gauged } = tally();
  return {
    name: 'test',
    node: 'node-1',
    log: collectingLog(lines),
    clock: realClock(),
    random: seededRandom(),
    together: false,
    metrics,
    report: (health) => void reports.push(health),
    ...overrides,
    lines,
    reports,
    counted,
    gauged,
  };
}

/** A signal that never fires, for `start` and `stop` in tests. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** Resolves once `condition` holds; rejects with `what` if it does not within `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 5_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await wait(1);
  }
}
