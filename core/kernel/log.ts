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
  /** Returns when everything is handed to the system. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go, each with its line end. Absent: the standard error stream, at once. */
  readonly stream?: { write(line: string): void };
  /** Short lines for people. Absent: as the standard error stream is a terminal or not. */
  readonly terminal?: boolean;
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
    level: options.level,
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: plainErrors },
    redact: { paths: HIDDEN.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
  };
  return wrap(pino(settings, stream));
}

function wrap(logger: pino.Logger): NodeLog {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
    flush: () => logger.flush(),
  };
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
