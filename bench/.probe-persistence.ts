import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from '../plugins/persistence/sqlite/index.ts';
import { quietHost, never } from '../test/kit/quiet-host.ts';
const BATCH = Number(process.argv[2] ?? 512),
  CONVS = Number(process.argv[3] ?? 50),
  FLIGHT = Number(process.argv[4] ?? 1),
  SECS = Number(process.argv[5] ?? 4);
const dir = mkdtempSync(join(tmpdir(), 'im-bench-'));
const hist: number[] = [];
const host = quietHost({
  metrics: {
    counter: () => ({ add() {} }),
    gauge() {},
    histogram: (n: string) => ({
      record: (v: number) => {
        if (n === 'store_commit_ms') hist.push(v);
      },
    }),
  },
});
const store = sqlite.create({ file: join(dir, 'im.db'), shards: 64 }, host);
await store.start(never());
const epochs = await store.takeShards(
  'n',
  Array.from({ length: 64 }, (_, i) => i),
);
const pos = Array.from({ length: CONVS }, () => 0);
const body = new Uint8Array(200).fill(65);
let made = 0,
  done = 0,
  k = 0;
function batch() {
  const parts = new Map<number, any>();
  for (let i = 0; i < BATCH; i++) {
    const c = CONVS > 100 ? Math.floor(Math.random() * CONVS) : k++ % CONVS;
    const shard = c % 64;
    const p = ++pos[c]!;
    made++;
    const e = {
      conversation: `d/user${c}/user${c + 1}`,
      position: p,
      order: p,
      id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
      user: 'user' + c,
      device: 'phone',
      number: p,
      sentAt: 1795404000000 + made,
      acceptedAt: 1795404000000 + made,
      kind: 'message',
      body,
    };
    let part = parts.get(shard);
    if (!part)
      parts.set(shard, (part = { shard, epoch: epochs[shard]!, entries: [], changes: [] }));
    part.entries.push(e);
  }
  return [...parts.values()];
}
const reads: number[] = [];
let stop = false;
async function lane() {
  while (!stop) {
    const o = await store.append(batch());
    if (o.some((x) => x !== 'kept')) throw new Error('not kept ' + o);
    done += BATCH;
  }
}
async function reader() {
  while (!stop) {
    const t = performance.now();
    await store.readConversation('d/user1/user2', { after: 0, limit: 50, take: 'last' });
    reads.push(performance.now() - t);
    await new Promise((r) => setTimeout(r, 5));
  }
}
const elu = performance.eventLoopUtilization();
const cpu = process.cpuUsage();
const t0 = performance.now();
const work = [...Array.from({ length: FLIGHT }, lane), reader()];
await new Promise((r) => setTimeout(r, SECS * 1000));
stop = true;
await Promise.all(work);
const ms = performance.now() - t0;
const e = performance.eventLoopUtilization(elu);
const c = process.cpuUsage(cpu);
const q = (a: number[], p: number) =>
  a.toSorted((x, y) => x - y)[Math.min(a.length - 1, Math.floor(a.length * p))]?.toFixed(2);
console.log(
  `batch ${BATCH} convs ${CONVS} flight ${FLIGHT}: ${Math.round((done / ms) * 1000)}/s elu ${e.utilization.toFixed(2)} cpu ${(c.user + c.system) / 1e6 / (ms / 1000)} commits p50 ${q(hist, 0.5)} p99 ${q(hist, 0.99)} max ${q(hist, 1)} n ${hist.length}; reads p50 ${q(reads, 0.5)} p99 ${q(reads, 0.99)} max ${q(reads, 1)}`,
);
const t1 = performance.now();
await store.stop(never());
console.log('stop ms', (performance.now() - t1).toFixed(1));
rmSync(dir, { recursive: true });
