/**
 * The log of a node: JSON lines for machines, short lines for a terminal. Never a body, a token or
 * a key: fields with such names are hidden even if somebody passes them.
 */
import pino from 'pino';
import { ImError, must, type Log } from '../contract/index.ts';
import { terminalLine } from './terminal-line.ts';

/** From the least to the gravest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type LogFields = Readonly<Record<string, unknown>>;

export interface NodeLog extends Log {
  /** The least that is written: one for this log and all of its kin. It may change at any time. */
  level: LogLevel;
  /** The same log with fields that every line carries. */
  child(fields: LogFields): NodeLog;
  /** Returns when everything is handed to the system. */
  flush(): void;
}

/** Hears of a line with all its fields, but what is secret. */
export type Heard = (level: LogLevel, message: string, fields: LogFields) => void;

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
    level: LOG_LEVELS[0],
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: plainErrors },
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
  };
  const { level, heard } = options;
  return gated(writerOf(pino(settings, stream)), { level, heard });
}

/** A log that has a level and children, over a plain one, which has neither. */
export function nodeLog(log: Log | NodeLog): NodeLog {
  if ('child' in log) return log;
  const writer: Writer = {
    write: (level, message, fields) => log[level](message, fields),
    child: () => writer,
    flush: () => undefined,
  };
  return gated(writer, { level: LOG_LEVELS[0] });
}

/** Writes whatever the level: that is asked before. */
interface Writer {
  write(level: LogLevel, message: string, fields: LogFields): void;
  child(fields: LogFields): Writer;
  flush(): void;
}

function writerOf(logger: pino.Logger): Writer {
  return {
    write: (level, message, fields) => logger[level](fields, message),
    child: (fields) => writerOf(logger.child(fields)),
    flush: () => logger.flush(),
  };
}

/** What a log and its children share. */
interface Gate {
  level: LogLevel;
  readonly heard?: Heard | undefined;
}

/**
 * The level is held here and not by pino, whose children keep the level that they were made with.
 */
function gated(writer: Writer, gate: Gate, own: LogFields = {}): NodeLog {
  const at = (level: LogLevel): Log[LogLevel] => {
    const rank = LOG_LEVELS.indexOf(level);
    return (message, fields = {}) => {
      if (rank >= LOG_LEVELS.indexOf(gate.level)) writer.write(level, message, fields);
      if (rank > 0) gate.heard?.(level, message, shown({ ...own, ...fields }));
    };
  };
  return {
    get level() {
      return gate.level;
    },
    set level(level) {
      must(LOG_LEVELS.includes(level), `"${level}" is no level of the log`);
      gate.level = level;
    },
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => gated(writer.child(fields), gate, { ...own, ...fields }),
    flush: () => writer.flush(),
  };
}

/** As a line has them. */
function shown(fields: LogFields, depth = 1): LogFields {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (HIDDEN.includes(name)) return [name, '[hidden]'];
    if (value instanceof Error) return [name, plainError(value)];
    const nested = depth > 0 && value instanceof Object && !Array.isArray(value);
    return [name, nested ? shown(value as LogFields, depth - 1) : value];
  });
  return Object.fromEntries(entries) as LogFields;
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
