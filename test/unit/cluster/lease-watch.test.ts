import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { fakeClock } from 'im-kernel/kit';
import { LeaseWatch } from '../../../core/cluster/lease-watch.ts';
import { Lease } from '../../../core/cluster/lease.ts';

const LEASE_MS = 5_000;
const SILENT_MS = 4_000;

function watched(look: (lease: Lease, nowMs: number) => void = () => undefined) {
  const clock = fakeClock();
  const lease = new Lease(clock);
  lease.need();
  lease.renewed(clock.monotonic(), LEASE_MS);
  const said: string[] = [];
  const watch = new LeaseWatch({
    clock,
    lease,
    look: () => {
      said.push('look');
      look(lease, clock.monotonic());
      return Promise.resolve();
    },
    over: () => said.push('over'),
    again: () => said.push('again'),
  });
  watch.start();
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turn();
  };
  const renew = (): void => lease.renewed(clock.monotonic(), LEASE_MS);
  return { lease, watch, said, pass, renew };
}

describe('a watch over a lease', () => {
  it('says nothing while it is renewed', async () => {
    const { said, pass, renew } = watched();
    for (let beats = 0; beats < 20; beats += 1) {
      await pass(1_000);
      renew();
    }
    assert.deepEqual(said, []);
  });

  it('says once that it is over, and once that it runs again, each time', async () => {
    const { said, pass, renew } = watched();
    for (let times = 0; times < 2; times += 1) {
      await pass(SILENT_MS - 1);
      assert.deepEqual(said.splice(0), []);
      await pass(1);
      await pass(60_000);
      assert.deepEqual(said.splice(0), ['look', 'over']);
      renew();
      assert.deepEqual(said.splice(0), ['again']);
    }
  });

  it('asks the store first: a process that stood still may have its lease for the asking', async () => {
    const { said, pass } = watched((lease, nowMs) => lease.renewed(nowMs, LEASE_MS));
    await pass(SILENT_MS);
    assert.deepEqual(said, ['look']);
    await pass(SILENT_MS);
    assert.deepEqual(said, ['look', 'look']);
  });

  it('says nothing more once it is stopped', async () => {
    const { said, watch, pass, renew } = watched();
    await pass(SILENT_MS);
    watch.stop();
    renew();
    await pass(60_000);
    assert.deepEqual(said, ['look', 'over']);
  });
});
