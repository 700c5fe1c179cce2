/**
 * One measurement: runs the generator against a server, and reads the server's cost over the
 * measured time.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { System } from './system.ts';
import type { Figures, Workload } from './workload.ts';

const here = dirname(fileURLToPath(import.meta.url));

export interface Row {
  'messages/s': number;
  'server CPU s per 1000': number;
  'p50 ms': number;
  'p99 ms': number;
  'peak RSS MiB': number;
  'generator cores': number;
  lost: number;
  repeated: number;
  disordered: number;
}

export interface Outcome {
  readonly peer: string;
  readonly row: Row;
}

/** `ticked` hears how many messages there were, as often as the workload says. */
export async function measure(
  { name: peer, server, adapter }: System,
  workload: Workload,
  tokensFile: string,
  ticked: (messages: number) => void = () => undefined,
): Promise<Outcome> {
  const args = [adapter, server.address, JSON.stringify(workload), tokensFile];
  const child = spawn(
    process.execPath,
    ['--conditions=im-src', join(here, 'generator.ts'), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let begun = 0;
  let used = 0;
  let figures: Figures | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'measuring') begun = server.cpuSeconds();
    else if (line === 'measured') used = server.cpuSeconds() - begun;
    else if (line.startsWith('tick ')) ticked(Number(line.slice('tick '.length)));
    else if (line.startsWith('{')) figures = JSON.parse(line) as Figures;
  }
  if (!figures) throw new Error(`the load against ${peer} broke off`);
  const messages = Math.min(figures.acked, figures.received);
  const row: Row = {
    'messages/s': Math.round(messages / figures.seconds),
    'server CPU s per 1000': round(used / (messages / 1000), 4),
    'p50 ms': round(figures.p50Ms, 1),
    'p99 ms': round(figures.p99Ms, 1),
    'peak RSS MiB': Math.round(server.peakMiB()),
    'generator cores': round(figures.generatorCpuSeconds / figures.seconds, 2),
    lost: figures.lost,
    repeated: figures.repeated,
    disordered: figures.disordered,
  };
  return { peer, row };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
