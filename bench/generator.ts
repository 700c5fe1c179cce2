/**
 * The load, in its own process: `node generator.ts <adapter> <address> <workload JSON> <tokens
 * file>`. Prints `measuring` and `measured` around the measured time, and `tick <messages>` within
 * it, if it is told to; then the figures as JSON.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createHistogram, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, Caller, Figures, Workload } from './workload.ts';

const [adapterName, address, workloadJson, tokensFile] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const workload = JSON.parse(workloadJson) as Workload;
const tokens = JSON.parse(readFileSync(tokensFile, 'utf8')) as Record<string, string>;
const adapter = ((await import(`./peers/${adapterName}-client.ts`)) as { default: Adapter })
  .default;

const DRAIN_MS = 20_000;
const STAMP_WIDTH = 30;
const filler = 'x'.repeat(workload.bodyBytes - STAMP_WIDTH);
const latency = createHistogram();
let acked = 0;
let received = 0;
let sent = 0;
let repeated = 0;
let disordered = 0;
let running = true;
let measuring = false;

/** Every text carries its number and when it was sent, in a fixed width. */
function stamp(number: number): string {
  const head = `${number} ${performance.now().toFixed(3)}`;
  return head.padEnd(STAMP_WIDTH, ' ') + filler;
}

function user(): { next: (text: string) => void } {
  let last = 0;
  return {
    next(text) {
      const [number, at] = text.slice(0, STAMP_WIDTH).split(' ');
      received += 1;
      const here = Number(number);
      if (here === last) repeated += 1;
      else if (here !== last + 1) disordered += 1;
      last = here;
      if (measuring)
        latency.record(Math.max(1, Math.round((performance.now() - Number(at)) * 1000)));
    },
  };
}

const callers: Caller[] = [];
for (let pair = 0; pair < workload.pairs; pair += 1) {
  const names = [`bench-a${pair}`, `bench-b${pair}`] as const;
  for (const [side, name] of names.entries()) {
    const who = { user: name, peer: names[1 - side] as string, token: tokens[name] as string };
    callers.push(await adapter.connect(address, who, user().next));
  }
}

const senders = callers.map((caller) => {
  let number = 0;
  const one = (): void => {
    if (!running) return;
    number += 1;
    sent += 1;
    caller.send(stamp(number), answered);
  };
  const answered = (): void => {
    acked += 1;
    if (workload.perSecond === undefined) one();
  };
  return one;
});

function isRunning(): boolean {
  return running;
}

/** Sends what is due by now, each text from the next user, until the run ends. */
async function sendAtRate(perSecond: number): Promise<void> {
  const begun = performance.now();
  for (let turn = 0; isRunning(); await sleep(1)) {
    const due = ((performance.now() - begun) / 1000) * perSecond;
    for (; turn < due; turn += 1) senders[turn % senders.length]?.();
  }
}

if (workload.perSecond !== undefined) void sendAtRate(workload.perSecond);
else for (const one of senders) for (let slot = 0; slot < workload.window; slot += 1) one();

await sleep(workload.warmUpMs);
const before = { acked, received, cpu: process.cpuUsage(), at: performance.now() };
measuring = true;
console.log('measuring');
const { tickMs } = workload;
const tick = tickMs && setInterval(() => console.log(`tick ${Math.min(acked, received)}`), tickMs);
await sleep(workload.measureMs);
clearInterval(tick);
measuring = false;
const seconds = (performance.now() - before.at) / 1000;
const cpu = process.cpuUsage(before.cpu);
const counted = { acked: acked - before.acked, received: received - before.received };
console.log('measured');
running = false;
const deadline = performance.now() + DRAIN_MS;
const allThere = (): boolean => acked >= sent && received >= sent;
while (!allThere() && performance.now() < deadline) await sleep(20);

const figures: Figures = {
  sent,
  acked: counted.acked,
  received: counted.received,
  lost: sent - received + repeated,
  repeated,
  disordered,
  seconds,
  p50Ms: latency.percentile(50) / 1000,
  p99Ms: latency.percentile(99) / 1000,
  generatorCpuSeconds: (cpu.user + cpu.system) / 1e6,
};
console.log(JSON.stringify(figures));
for (const caller of callers) caller.close();
if (process.stdout.writableLength > 0) await once(process.stdout, 'drain');
process.exit(0);
