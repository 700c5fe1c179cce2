/**
 * W6: one sequencer process, and the orderings of four servers that take numbers from it as fast as
 * they come, each over a link of its own; every bound is synced before its numbers are given.
 */
import { join } from 'node:path';
import type { Ordering, Placing } from 'im-kernel/contract';
import { never, orderingHost, realClock } from 'im-kernel/kit';
import { lendLinks } from '../../core/assembly/lend-links.ts';
import { tcpNetwork } from '../../core/assembly/tcp-network.ts';
import plugin from '../../plugins/ordering/central-sequencer/index.ts';
import { round, type Work, type WorkMeans } from './work.ts';

const servers = 4;
const batchLength = 50;
const measureMs = 8_000;
const quickMs = 2_000;
/** Numbers that fit in the tally of what was given already. */
const tallyMax = 2 ** 26;

const batch: readonly Placing[] = Array.from({ length: batchLength }, (_, index) => ({
  conversation: 'g/bench',
  position: index + 1,
  user: 'ann',
  device: 'phone',
  number: index + 1,
  sentAt: 0,
  acceptedAt: 0,
}));

const standing = { acceptedAt: 0 };

function makeServer({ address, folder }: WorkMeans): Ordering {
  const { hostname, port } = new URL(address);
  const host = orderingHost({ clock: realClock() });
  const sequencer = {
    connect: { host: hostname, port: Number(port) },
    listen: undefined,
    secretFile: join(folder, 'sequencer.key'),
    linksMax: 64,
    openTimeout: 5_000,
    heartbeat: 2_000,
    reconnectMax: 2_000,
  };
  const settings = { block: 1_000, wait: 10_000, maxAge: 1_000, above: 0, maxHold: 300, sequencer };
  return plugin.create(settings, { ...host, links: lendLinks(host, tcpNetwork()) });
}

class Tally {
  readonly waitsMs: number[] = [];
  readonly #given = new Uint8Array(tallyMax);
  count = 0;
  repeated = 0;

  add(numbers: readonly number[]): void {
    this.count += numbers.length;
    for (const number of numbers) {
      if (this.#given[number] !== 0) this.repeated += 1;
      this.#given[number] = 1;
    }
  }

  async takeUntil(ordering: Ordering, endMs: number): Promise<void> {
    while (performance.now() < endMs) {
      const begun = performance.now();
      const answer = ordering.place(
        batch,
        () => 0,
        () => standing,
      );
      if (answer instanceof Promise) {
        this.add(await answer);
        this.waitsMs.push(performance.now() - begun);
      } else this.add(answer);
    }
  }

  get waitP99Ms(): number {
    const sorted = this.waitsMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  }
}

const work: Work = {
  system: 'sequencer',
  users: () => 0,
  async run(means) {
    const orderings = Array.from({ length: servers }, () => makeServer(means));
    for (const ordering of orderings) await ordering.start(never());
    const tally = new Tally();
    const ms = means.quick ? quickMs : measureMs;
    await means.measured(async () => {
      const endMs = performance.now() + ms;
      await Promise.all(orderings.map((ordering) => tally.takeUntil(ordering, endMs)));
    });
    for (const ordering of orderings) await ordering.stop(never());
    const perSecond = round(tally.count / (ms / 1_000));
    const waits = { 'wait p99 ms': round(tally.waitP99Ms, 1) };
    return {
      figures: { servers, 'numbers/s': perSecond, ...waits, repeated: tally.repeated },
      units: tally.count,
    };
  },
};
export default work;
