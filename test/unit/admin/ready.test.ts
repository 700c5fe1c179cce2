import assert from 'node:assert/strict';
import { liveness, readiness, type Standing } from '../../../core/admin/ready.ts';
import { addStandingGauges } from '../../../core/admin/standing-gauges.ts';
import type { PartHealth } from '../../../core/kernel/health.ts';
import type { State } from '../../../core/kernel/lifecycle.ts';
import { MetricsRegistry } from '../../../core/kernel/metrics.ts';

function part(name: string, state: State, more: Partial<PartHealth> = {}): PartHealth {
  return { name, state, why: undefined, code: undefined, act: undefined, startMs: 1, ...more };
}

const STORE = part('persistence', 'running');
const PATH = part('path', 'running');
const AWAY = part('persistence', 'degraded', { why: 'it is away', code: 'IM_STORE_REACH' });
const OWNER: Standing = { phase: 'serving', silent: false };

describe('whether a program lives', () => {
  it('is so from the start to the stop, in trouble that passes, and as a standby', () => {
    for (const state of ['created', 'starting', 'running', 'degraded', 'stopping', 'stopped']) {
      assert.equal(liveness([STORE, part('path', state as State)]).ok, true, state);
    }
    assert.equal(liveness([]).ok, true);
  });
  it('is not so once a part failed, and the reason names it', () => {
    const failed = part('persistence', 'failed', { why: 'the disk is broken' });
    const why = 'persistence is failed: the disk is broken';
    assert.deepEqual(liveness([failed, PATH]), { ok: false, why });
    assert.deepEqual(readiness([failed, PATH], OWNER), { ok: false, why });
  });
});

describe('whether a program serves', () => {
  it('is so where everything runs, alone or as the owner', () => {
    for (const standing of [undefined, OWNER]) {
      assert.deepEqual(readiness([STORE, PATH], standing), { ok: true, why: 'every part runs' });
    }
  });
  it('is so in trouble that passes, which is named', () => {
    const why = 'persistence is degraded: it is away';
    assert.deepEqual(readiness([AWAY, PATH], undefined), { ok: true, why });
  });
  it('is not so of a node that owns nothing, or whose lease is over', () => {
    for (const phase of ['joining', 'standby', 'leaving', 'over'] as const) {
      const { ok, why } = readiness([STORE, part('path', 'created')], { phase, silent: false });
      assert.equal(ok, false, phase);
      assert.doesNotMatch(why, /path/, 'the path is no trouble of a standby');
    }
    const { ok, why } = readiness([STORE, PATH], { phase: 'serving', silent: true });
    assert.deepEqual([ok, why], [false, 'its lease is over: another node may serve']);
  });
  it('is not so while a part starts, stops or has stopped, or where there are none', () => {
    for (const state of ['created', 'starting', 'stopping', 'stopped'] as const) {
      const { ok, why } = readiness([STORE, part('tcp', state)], OWNER);
      assert.deepEqual([ok, why], [false, `tcp is ${state}`]);
    }
    assert.equal(readiness([], undefined).ok, false);
  });
  it('is not so where a part is degraded in a way that leaves nobody served', () => {
    for (const code of ['IM_SHARD_TAKEN', 'IM_SEQUENCER_FENCED'] as const) {
      const fenced = part('ordering', 'degraded', { why: 'fenced', code });
      const { ok, why } = readiness([AWAY, fenced], undefined);
      assert.deepEqual([ok, why], [false, 'ordering is degraded: fenced']);
    }
  });
});

describe('the gauges of how a program stands', () => {
  it('follow its parts and its place', () => {
    const metrics = new MetricsRegistry();
    let parts: readonly PartHealth[] = [STORE, PATH];
    let standing: Standing | undefined = OWNER;
    addStandingGauges({
      metrics,
      states: () => parts,
      get standing() {
        return standing;
      },
    });
    const names = metrics.snapshot().map(({ name }) => name);
    assert.deepEqual(names, ['im_live', 'im_part_trouble', 'im_part_trouble', 'im_ready']);
    const values = (): unknown[] => metrics.snapshot().map((one) => 'value' in one && one.value);
    assert.deepEqual(values(), [1, 0, 0, 1]);
    parts = [AWAY, PATH];
    assert.deepEqual(values(), [1, 0, 1, 1]);
    standing = { phase: 'standby', silent: false };
    assert.deepEqual(values(), [1, 0, 1, 0]);
    parts = [STORE, part('path', 'failed')];
    assert.deepEqual(values(), [0, 2, 0, 0]);
  });
});
