/**
 * A real Prometheus: on a free port of 127.0.0.1, in a folder of the test. A shell stands between
 * and ends it when this process is gone, however it went.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from 'im-kernel/kit';
import { freePort } from '../free-port.ts';

const WATCHDOG = 'prometheus "$@" & cat >/dev/null; kill -9 "$!"';
const READY_MS = 20_000;
const MISSING =
  'prometheus is not installed, and this needs it: apt-get install --no-install-recommends prometheus';

/** One series of an answer, as it stands now. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Answer<T> {
  readonly status: string;
  readonly data: T;
  readonly error?: string;
}

/** Prometheus' own tool, with something on its standard input. Rejects if it is not installed. */
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ readonly ok: boolean; readonly said: string }> {
  const running = promisify(execFile)('promtool', [...args]);
  running.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await running;
    return { ok: true, said: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Readonly<Record<string, string>>;
    if (code === 'ENOENT') throw new Error(MISSING, { cause: error });
    return { ok: false, said: stdout + stderr };
  }
}

export class Prometheus {
  readonly #url: string;
  readonly #shell: ChildProcess;
  #said = '';

  private constructor(folder: string, port: number) {
    this.#url = `http://127.0.0.1:${port}`;
    const store = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/tsdb`];
    const args = [...store, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'];
    this.#shell = spawn('sh', ['-c', WATCHDOG, 'sh', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#shell.stdout, this.#shell.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  /** By this text of a configuration, which may name files in the folder. */
  static async open(folder: string, configuration: string): Promise<Prometheus> {
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, configuration);
    const { ok, said } = await promtool(['check', 'config', file]);
    if (!ok) throw new Error(said);
    const one = new Prometheus(folder, await freePort());
    const ready = async (): Promise<boolean> => {
      const answer = await fetch(`${one.#url}/-/ready`).catch(() => undefined);
      return answer?.ok === true;
    };
    await until(ready, 'Prometheus is ready', READY_MS).catch((error: unknown) => {
      throw new Error(one.#said, { cause: error });
    });
    return one;
  }

  /** Rejects with what Prometheus has against the expression. */
  async query(expr: string): Promise<readonly Found[]> {
    type Series = { metric: Record<string, string>; value: [number, string] };
    const asked = `/api/v1/query?query=${encodeURIComponent(expr)}`;
    const { result } = await this.#ask<{ result: Series[] }>(asked, expr);
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** The sum over all series; 0 of none. */
  async sum(expr: string): Promise<number> {
    return (await this.query(expr)).reduce((sum, { value }) => sum + value, 0);
  }

  /** The alarms that are pending or firing, by their names. */
  async alarms(): Promise<ReadonlySet<string>> {
    type Alert = { labels: { alertname: string } };
    const { alerts } = await this.#ask<{ alerts: Alert[] }>('/api/v1/alerts', 'alerts');
    return new Set(alerts.map(({ labels }) => labels.alertname));
  }

  /** What stands under a label in the series that match. */
  async labels(label: string, match: string): Promise<readonly string[]> {
    const path = `/api/v1/label/${label}/values?match[]=${encodeURIComponent(match)}`;
    return await this.#ask<string[]>(path, match);
  }

  async #ask<T>(path: string, what: string): Promise<T> {
    const answer = (await (await fetch(this.#url + path)).json()) as Answer<T>;
    if (answer.status !== 'success') throw new Error(`${what}: ${answer.error}`);
    return answer.data;
  }

  async close(): Promise<void> {
    if (this.#shell.exitCode !== null) return;
    const exited = once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    await exited;
  }
}
