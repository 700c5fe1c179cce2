/** What is wrong with a configuration: everything at once, each with its place. */
import { ImError } from '../contract/index.ts';

/** Both from 1, as editors count. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly file: string;
  /** Dotted, such as `transports.tcp.listen`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `file:line:column path message`, one line, whatever was written in the file. */
export function printProblem(problem: Problem): string {
  const { file, line, column, path, message } = problem;
  const text = `${file}:${line}:${column} ${path}${path === '' ? '' : ' '}${message}`;
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.codePointAt(0)?.toString(16).padStart(2, '0')}`);
}

/** The operator's file cannot be used; `problems` says all that is wrong with it. */
export class ConfigError extends ImError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super('IM_CONFIG_INVALID', { file, count: problems.length });
    this.problems = problems;
  }
}

/** So many are listed; the rest is only counted. Nobody mends more in one go. */
const LISTED_MAX = 200;

/** Gathers problems while a file is read. */
export class Problems {
  readonly file: string;
  readonly #list: Problem[] = [];
  #more = 0;

  constructor(file: string) {
    this.file = file;
  }

  get count(): number {
    return this.#list.length + this.#more;
  }

  add(place: Place, path: string, message: string): void {
    if (this.#list.length >= LISTED_MAX) {
      this.#more += 1;
      return;
    }
    const { line, column } = place;
    this.#list.push({ file: this.file, line, column, path, message });
  }

  /** @throws ConfigError with every problem, in the order of the file, if there is any. */
  throwIfAny(): void {
    if (this.#list.length === 0) return;
    const sorted = this.#list.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const last = sorted.at(-1);
    if (this.#more > 0 && last) {
      sorted.push({ ...last, path: '', message: `and ${this.#more} more problems` });
    }
    throw new ConfigError(this.file, sorted);
  }
}
