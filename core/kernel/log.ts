/**
 * The log of a node: JSON lines for machines, short lines for a terminal. Never a body, a token or
 * a key: fields with such names are hidden even if somebody passes them.
 */
import pino from 'pino';
import { ImError, type Log } from '../contract/index.ts';
import { terminalLine } from './terminal-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
type LogFields = Readonly<Record<string, unknown>>;

export interface NodeLog extends Log {
  /** The same log with fields that every line carries. */
  child(fields: LogFields): NodeLog;
  /** The least that is written, of all children, too; from now on if it is set. */
  level: LogLevel;
  /** Returns when everything is handed to the system. */
  flush(): void;
}

/** Hears of lines with all their fields, but what is secret; those of `debug` only as written. */
export type Heard = (
  level: Exclude<LogLevel, 'silent'>,
  message: string,
  fields: LogFields,
) => void;

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go, each with its line end. Absent: the standard error stream, at once. */
  readonly stream?: { write(line: string): void };
  /** Short lines for people. Absent: as the standard error stream is a terminal or not. */
  readonly terminal?: boolean;
  /** Hears of every line from `info` on, written or not. */
  readonly heard?: Heard;
}

const HIDDEN = ['token', 'body', 'secret', 'key', 'password', 'authorization'];

/**
 * Lines are written at once: a log that is lost in a crash is of no use, and the message path logs
 * nothing.
 */
export function createLog(options: LogOptions): NodeLog {
  const out = options.stream ?? pino.destination({ fd: 2, sync: true });
  const forTerminal = options.terminal ?? (!options.stream && process.stderr.isTTY);
  const stream = forTerminal ? { write: (line: string) => out.write(terminalLine(line)) } : out;
  const settings: pino.LoggerOptions = {
    level: 'debug',
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: plainErrors },
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
  };
  const gate = { least: RANKS[options.level], level: options.level, heard: options.heard };
  return wrap(pino(settings, stream), gate, {});
}

const RANKS: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  silent: 4,
};

/** What a log and its children share. */
interface Gate {
  level: LogLevel;
  least: number;
  readonly heard: Heard | undefined;
}

function wrap(logger: pino.Logger, gate: Gate, own: LogFields): NodeLog {
  const line = (level: 'info' | 'warn' | 'error') => {
    return (message: string, fields: LogFields = {}): void => {
      if (RANKS[level] >= gate.least) logger[level](fields, message);
      gate.heard?.(level, message, shown({ ...own, ...fields }));
    };
  };
  return {
    debug: (message, fields = {}) => {
      if (gate.least === RANKS.debug) logger.debug(fields, message);
    },
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => wrap(logger.child(fields), gate, { ...own, ...fields }),
    get level() {
      return gate.level;
    },
    set level(level) {
      gate.level = level;
      gate.least = RANKS[level];
    },
    flush: () => logger.flush(),
  };
}

/** As a line has them. */
function shown(fields: LogFields, depth = 1): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (HIDDEN.includes(name)) return [name, '[hidden]'];
    if (value instanceof Error) return [name, plainError(value)];
    const nested = depth > 0 && value instanceof Object && !Array.isArray(value);
    return [name, nested ? shown(value as LogFields, depth - 1) : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/**
 * JSON knows no errors: each becomes its message, with the code of ours or the stack of any other.
 */
function plainErrors(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields);
  if (!entries.some(([, value]) => value instanceof Error)) return fields;
  return Object.fromEntries(entries.map(([name, value]) => [name, plainError(value)]));
}

function plainError(value: unknown): unknown {
  if (value instanceof ImError) return { code: value.code, message: value.message };
  return value instanceof Error ? { message: value.message, stack: value.stack } : value;
}
