/**
 * `npm run bench -- --work chat|latency|group|idle|offline`. chat, the default, and latency run
 * im-kernel (durable, synced before each answer), a raw forwarder and Socket.IO (both in memory)
 * one after the other; the others run im-kernel alone. Load and server share the machine: ratios
 * travel between machines, rates do not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { localToken } from '../cli/local-token.ts';
import { measure, type Outcome } from './measure.ts';
import { runWork } from './run-work.ts';
import { ServerUnderTest } from './server.ts';
import type { Workload } from './workload.ts';
import { works } from './works/index.ts';
import type { Work } from './works/work.ts';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    work: { type: 'string', default: 'chat' },
    rate: { type: 'string', default: '1000' },
    peers: { type: 'string', default: 'im,raw,socketio' },
    seconds: { type: 'string' },
    pairs: { type: 'string', default: '50' },
    window: { type: 'string', default: '32' },
  },
});
const seconds = Number(values.seconds ?? (values.quick ? 3 : 10));
const workload: Workload = {
  pairs: Number(values.pairs),
  window: Number(values.window),
  bodyBytes: 200,
  warmUpMs: values.quick ? 1000 : 2000,
  measureMs: seconds * 1000,
  ...(values.work === 'latency' ? { perSecond: Number(values.rate) } : {}),
};

async function server(peer: string, folder: string): Promise<ServerUnderTest> {
  if (peer !== 'im') return ServerUnderTest.start([join(here, `peers/${peer}-server.ts`)], folder);
  const config = join(folder, 'im.config.yaml');
  writeFileSync(
    config,
    [
      'node: { name: bench, data: ./data }',
      'transports: { tcp: { use: tcp-tlv, listen: "127.0.0.1:0" } }',
      'log: { level: warn }',
    ].join('\n'),
  );
  const start = [join(here, '../bin/im.js'), 'start', '--config', config];
  return ServerUnderTest.start(start, folder);
}

async function tokens(folder: string, peer: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let pair = 0; pair < workload.pairs; pair += 1) {
    for (const user of [`bench-a${pair}`, `bench-b${pair}`]) {
      found[user] = peer === 'im' ? await localToken(join(folder, 'im.config.yaml'), user) : '';
    }
  }
  return found;
}

async function run(peer: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'im-bench-'));
  const started = await server(peer, folder);
  try {
    const file = join(folder, 'tokens.json');
    writeFileSync(file, JSON.stringify(await tokens(folder, peer)), { mode: 0o600 });
    return await measure(peer, started, workload, file);
  } finally {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runBeside(name: string, work: Work): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'im-bench-'));
  const started = await server('im', folder);
  try {
    const row = await runWork(name, work, started, folder, values.quick);
    console.log(`${name}, ${cpus().length} cores shared by server and load`);
    console.table({ im: row });
    process.exitCode = ['lost', 'repeated', 'disordered'].some((name) => row[name]) ? 1 : 0;
  } finally {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runChat(): Promise<void> {
  const { perSecond } = workload;
  const pace = perSecond === undefined ? 'as fast as answered' : `${perSecond} per second`;
  const outcomes: Outcome[] = [];
  for (const peer of values.peers.split(',')) outcomes.push(await run(peer));

  console.log(
    `${workload.pairs} pairs, window ${workload.window}, ${workload.bodyBytes}-byte texts, ` +
      `${pace}, ${seconds} s, ${cpus().length} cores shared by server and load`,
  );
  console.table(Object.fromEntries(outcomes.map(({ peer, row }) => [peer, row])));
  const im = outcomes.find(({ peer }) => peer === 'im');
  for (const other of outcomes) {
    if (!im || other === im || perSecond !== undefined) continue;
    const ratio = im.row['messages/s'] / other.row['messages/s'];
    console.log(`im (durable) : ${other.peer} (in memory) = ${ratio.toFixed(2)}`);
  }
  const bad = outcomes.filter(({ row }) => row.lost + row.repeated + row.disordered > 0);
  for (const { peer } of bad) console.log(`${peer}: lost, repeated or disordered texts`);
  process.exitCode = bad.some(({ peer }) => peer === 'im') ? 1 : 0;
}

const beside = works[values.work];
if (beside) await runBeside(values.work, beside);
else if (['chat', 'latency'].includes(values.work)) await runChat();
else throw new Error(`--work is chat, latency, ${Object.keys(works).join(', ')}`);
