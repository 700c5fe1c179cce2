/** W3: a group of two hundred who are all on line; one of them sends, a window in flight. */
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Frame } from '../../core/wire/frames.ts';
import { LeanClient } from '../lean-client.ts';
import { round, type Work, type WorkMeans } from './work.ts';

const members = 200;
const window = 8;
const bodyBytes = 200;
const conversation = 'g/bench';
const warmUpMs = 1_000;
const drainMs = 20_000;

/** What all members but the sender were given. */
class Readers {
  readonly latency = createHistogram();
  readonly tally = { received: 0, repeated: 0, disordered: 0 };
  measuring = false;

  /** For one member; the group's making is its first delivery. */
  one(): (frame: Frame) => void {
    let last = 1;
    return (frame) => {
      if (frame.type !== 'deliver' || frame.position === 1) return;
      this.tally.received += 1;
      if (frame.position === last) this.tally.repeated += 1;
      else if (frame.position !== last + 1) this.tally.disordered += 1;
      last = frame.position;
      if (this.measuring && frame.body) this.#time(frame.body);
    };
  }

  #time(body: Uint8Array): void {
    const at = Number(Buffer.from(body.buffer, body.byteOffset, 16).toString('latin1'));
    this.latency.record(Math.max(1, Math.round((performance.now() - at) * 1000)));
  }
}

/** Makes the group; then sends, each time when one more was accepted. */
class Sender {
  sent = 0;
  running = true;
  #client: LeanClient | undefined;
  readonly #created = Promise.withResolvers<void>();

  async begin(address: string, token: string, user: readonly string[]): Promise<LeanClient> {
    const client = await LeanClient.connect(address, token, (frame) => {
      if (frame.type !== 'accepted') return;
      if (frame.position === 1) this.#created.resolve();
      else this.one();
    });
    const head = { conversation, number: client.nextNumber(conversation), id: client.newId() };
    client.write({ type: 'act', ...head, sentAt: Date.now(), action: 'group.create', user });
    await this.#created.promise;
    this.#client = client;
    return client;
  }

  one(): void {
    if (!this.running) return;
    this.sent += 1;
    this.#client?.say(conversation, performance.now().toFixed(3).padEnd(bodyBytes));
  }
}

const work: Work = {
  users: () => members,
  async run({ address, users, quick, measured }) {
    const readers = new Readers();
    const [first, ...others] = users;
    const clients: LeanClient[] = [];
    for (const { token } of others)
      clients.push(await LeanClient.connect(address, token, readers.one()));
    const sender = new Sender();
    const names = others.map(({ user }) => user);
    clients.push(await sender.begin(address, first?.token ?? '', names));
    for (let slot = 0; slot < window; slot += 1) sender.one();
    await pause(warmUpMs);
    const { counted, seconds } = await count(readers, quick, measured);
    sender.running = false;
    const { tally, latency } = readers;
    const lost = (): number => sender.sent * others.length - tally.received + tally.repeated;
    const deadline = performance.now() + drainMs;
    while (lost() > 0 && performance.now() < deadline) await pause(20);
    for (const client of clients) client.close();
    const figures = {
      'deliveries/s': round(counted / seconds),
      'sends/s': round(counted / seconds / others.length),
      'p50 ms': round(latency.percentile(50) / 1000, 1),
      'p99 ms': round(latency.percentile(99) / 1000, 1),
      lost: lost(),
      repeated: tally.repeated,
      disordered: tally.disordered,
    };
    return { figures, units: counted };
  },
};
export default work;

async function count(
  readers: Readers,
  quick: boolean,
  measured: WorkMeans['measured'],
): Promise<{ counted: number; seconds: number }> {
  let counted = 0;
  let seconds = 0;
  await measured(async () => {
    const begun = performance.now();
    const before = readers.tally.received;
    readers.measuring = true;
    await pause(quick ? 3_000 : 10_000);
    readers.measuring = false;
    seconds = (performance.now() - begun) / 1000;
    counted = readers.tally.received - before;
  });
  return { counted, seconds };
}
