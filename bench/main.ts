/**
 * `npm run bench -- [--work chat|latency|group|idle|offline|sequencer]
 * [--peers im,im-central,im-seq,im-pg,raw,socketio]`.
 *
 * chat, the default, and latency run im-kernel (durable, synced before each answer) on sqlite and
 * on PostgreSQL, a raw forwarder and Socket.IO (both in memory) one after the other; the others run
 * im-kernel alone. `im-central` is `im` whose numbers come from a sequencer in the process,
 * `im-seq` from one in its own. CPU time counts the processes beside the server too: a database, a
 * sequencer. Load and server share the machine: ratios travel between machines, rates do not.
 *
 * `npm run bench -- order [--seed N]` compares the orderings: delay and disorder in virtual time,
 * throughput on this machine. `npm run bench -- admin` tells what it costs to watch. Any work may
 * be named like that, without `--work`.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runAdmin } from './admin/admin.ts';
import type { Outcome } from './measure.ts';
import { runOrder } from './order/order.ts';
import { runChat } from './run-chat.ts';
import { runWork } from './run-work.ts';
import { isOurs, withSystem } from './system.ts';
import type { Workload } from './workload.ts';
import { works } from './works/index.ts';
import type { Work } from './works/work.ts';

const PEERS = ['im', 'im-pg', 'raw', 'socketio'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    work: { type: 'string' },
    rate: { type: 'string', default: '1000' },
    peers: { type: 'string' },
    seconds: { type: 'string' },
    pairs: { type: 'string', default: '50' },
    window: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
  },
});
const [asked = values.work ?? 'chat', ...others] = positionals;
if (others.length > 0) throw new Error(`one work at a time, not ${others.join(', ')} as well`);
const seconds = Number(values.seconds ?? (values.quick ? 3 : 10));
const workload: Workload = {
  pairs: Number(values.pairs),
  window: Number(values.window),
  bodyBytes: 200,
  warmUpMs: values.quick ? 1000 : 2000,
  measureMs: seconds * 1000,
  ...(asked === 'latency' ? { perSecond: Number(values.rate) } : {}),
};

async function runBeside(name: string, work: Work, peers: readonly string[]): Promise<void> {
  const rows: Record<string, Record<string, number>> = {};
  for (const peer of peers)
    rows[peer] = await withSystem(peer, (system) => runWork(name, work, system, values.quick));
  console.log(`${name}, ${cpus().length} cores shared by server and load`);
  console.table(rows);
  process.exitCode = Object.values(rows).some(isWrong) ? 1 : 0;
}

function isWrong(row: Readonly<Record<string, number>>): boolean {
  return ['lost', 'repeated', 'disordered'].some((figure) => row[figure]);
}

async function runChats(peers: readonly string[]): Promise<void> {
  const { perSecond } = workload;
  const pace = perSecond === undefined ? 'as fast as answered' : `${perSecond} per second`;
  const outcomes: Outcome[] = [];
  for (const peer of peers) outcomes.push(await runChat(peer, workload));

  console.log(
    `${workload.pairs} pairs, window ${workload.window}, ${workload.bodyBytes}-byte texts, ` +
      `${pace}, ${seconds} s, ${cpus().length} cores shared by server and load`,
  );
  console.table(Object.fromEntries(outcomes.map(({ peer, row }) => [peer, row])));
  if (perSecond === undefined) {
    for (const our of outcomes.filter(({ peer }) => isOurs(peer))) showRatios(our, outcomes);
  }
  const bad = outcomes.filter(({ row }) => row.lost + row.repeated + row.disordered > 0);
  for (const { peer } of bad) console.log(`${peer}: lost, repeated or disordered texts`);
  process.exitCode = bad.some(({ peer }) => isOurs(peer)) ? 1 : 0;
}

function showRatios(our: Outcome, outcomes: readonly Outcome[]): void {
  for (const other of outcomes) {
    if (isOurs(other.peer)) continue;
    const ratio = our.row['messages/s'] / other.row['messages/s'];
    console.log(`${our.peer} (durable) : ${other.peer} (in memory) = ${ratio.toFixed(2)}`);
  }
}

const beside = works[asked];
const names = values.peers?.split(',');
if (beside?.system !== undefined) await runBeside(asked, beside, [beside.system]);
else if (beside) await runBeside(asked, beside, (names ?? ['im']).filter(isOurs));
else if (asked === 'order') {
  process.exitCode = (await runOrder(Number(values.seed), values.quick)) ? 0 : 1;
} else if (asked === 'admin') {
  process.exitCode = (await runAdmin(values.quick)) ? 0 : 1;
} else if (['chat', 'latency'].includes(asked)) await runChats(names ?? PEERS);
else throw new Error(`the work is chat, latency, order, admin, ${Object.keys(works).join(', ')}`);
