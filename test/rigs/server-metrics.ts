/** The numbers of a running server, asked for as an operator does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../scenes/server-process.ts';

interface Series {
  readonly name: string;
  readonly instance: string;
  readonly value?: number;
  readonly labels?: Readonly<Record<string, number>>;
}

const askEveryMs = 20;
const waitMs = 10_000;

/** A part as the health line shows it. */
type Part = string | Readonly<Record<'state' | 'why' | 'code' | 'act', string>>;

interface Health {
  readonly state: string;
  readonly parts: Readonly<Record<string, Part>>;
}

export class ServerMetrics {
  readonly health: Health;
  readonly #series: readonly Series[];

  private constructor(health: Health, series: readonly Series[]) {
    this.health = health;
    this.#series = series;
  }

  /** Sends SIGUSR2 and waits for the line that it makes the server write. */
  static async of(server: ServerProcess): Promise<ServerMetrics> {
    const { pid } = server;
    // 0 would mean all processes of our own group.
    if (pid === undefined) throw new Error(`no server runs\n${server.output}`);
    const before = lastLine(server);
    process.kill(pid, 'SIGUSR2');
    for (let waited = 0; waited < waitMs; waited += askEveryMs) {
      const line = lastLine(server);
      if (line !== undefined && line !== before) {
        const { metrics } = JSON.parse(line) as { metrics: Series[] };
        // The line before that of the metrics.
        const health = JSON.parse(lastLine(server, 'health') ?? '{}') as Health;
        return new ServerMetrics(health, metrics);
      }
      await pause(askEveryMs);
    }
    throw new Error(`no metrics within ${waitMs} ms\n${server.output}`);
  }

  /** A counter under one label, its sum, or a gauge; all instances together. Throws if unknown. */
  value(name: string, label?: string): number {
    const found = this.#series.filter((one) => one.name === name);
    if (found.length === 0) throw new Error(`no metric is named ${name}`);
    return found
      .map(({ value, labels }) => (label === undefined ? value : labels?.[label]) ?? 0)
      .reduce((sum, one) => sum + one, 0);
  }

  /** A counter by its labels; all instances together. */
  labels(name: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { labels = {} } of this.#series.filter((one) => one.name === name))
      for (const [label, value] of Object.entries(labels))
        sums.set(label, (sums.get(label) ?? 0) + value);
    return sums;
  }
}

/** The last whole line of this kind; each has its own time. */
function lastLine({ output }: ServerProcess, kind = 'metrics'): string | undefined {
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return whole.split('\n').findLast((line) => line.includes(`"msg":"${kind}"`));
}
