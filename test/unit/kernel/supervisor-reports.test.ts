import assert from 'node:assert/strict';
import { ImError, type ErrorCode } from 'im-kernel/contract';
import { fakeClock, quietHost, type FakeClock, type QuietHost } from 'im-kernel/kit';
import { Supervisor } from '../../../core/kernel/supervisor.ts';

describe('the supervisor hears reports', () => {
  let clock: FakeClock;
  let host: QuietHost;
  let supervisor: Supervisor;
  let stopped: string[];

  beforeEach(() => {
    clock = fakeClock();
    host = quietHost({ clock });
    supervisor = new Supervisor({
      clock,
      log: host.log,
      limits: { startTimeout: 9, stopTimeout: 9 },
    });
    stopped = [];
  });
  function part(name: string, start = (): Promise<void> => Promise.resolve()): void {
    const stop = (): Promise<void> => Promise.resolve(void stopped.push(name));
    supervisor.add({ name, rank: 1, component: { start, stop } });
  }
  function states(): Record<string, string> {
    return Object.fromEntries(supervisor.states().map(({ name, state }) => [name, state]));
  }
  const why = 'the disk is slow';

  it('of a part that is degraded and runs again', async () => {
    part('store');
    await supervisor.start();
    supervisor.report('store', { state: 'degraded', why });
    assert.deepEqual(supervisor.states()[0], {
      name: 'store',
      state: 'degraded',
      why,
      code: undefined,
      act: undefined,
      startMs: 0,
    });
    supervisor.report('store', { state: 'degraded', why: 'worse' });
    assert.equal(supervisor.states()[0]?.why, 'worse');
    supervisor.report('store', { state: 'running' });
    assert.deepEqual(states(), { store: 'running' });
    assert.equal(supervisor.states()[0]?.why, undefined);
    assert.equal(host.lines.filter(({ level }) => level === 'warn').length, 2);
  });
  it('of one trouble by one line, whatever else it gives as its reason', async () => {
    part('store');
    await supervisor.start();
    const say = (code: ErrorCode, details: ImError['details']): void => {
      const error = new ImError(code, details);
      supervisor.report('store', { state: 'degraded', why: error.message, error });
    };
    say('IM_STORE_REACH', { database: 'db', why: 'terminated' });
    say('IM_STORE_REACH', { database: 'db', why: 'refused' });
    assert.match(supervisor.states()[0]?.why ?? '', /refused/);
    say('IM_STORE_REACH', { database: 'other', why: 'refused' });
    say('IM_STORE_FULL', { why: 'refused' });
    supervisor.report('store', { state: 'running' });
    say('IM_STORE_FULL', { why: 'refused' });
    const told = host.lines.filter(({ message }) => message.includes('store is degraded'));
    assert.deepEqual(
      told.map(({ level, fields }) => `${level} ${String(fields['code'])}`),
      [
        'warn IM_STORE_REACH',
        'debug IM_STORE_REACH',
        'warn IM_STORE_REACH',
        'warn IM_STORE_FULL',
        'warn IM_STORE_FULL',
      ],
    );
  });
  it('of a part that failed, once, and tells whoever listens', async () => {
    const heard: string[][] = [];
    part('store');
    supervisor.onFailed((name, reason) => void heard.push([name, reason]));
    const cancel = supervisor.onFailed(() => assert.fail('was cancelled'));
    cancel();
    await supervisor.start();
    supervisor.report('store', { state: 'failed', why });
    supervisor.report('store', { state: 'failed', why: 'again' });
    supervisor.report('store', { state: 'running' });
    assert.deepEqual(heard, [['store', why]]);
    assert.deepEqual(states(), { store: 'failed' });
    assert.deepEqual(await supervisor.stop(), []);
    assert.deepEqual(stopped, ['store']);
  });
  it('during a start, and shows them once it is done', async () => {
    part('keys', () => Promise.resolve(supervisor.report('keys', { state: 'degraded', why })));
    await supervisor.start();
    assert.deepEqual(states(), { keys: 'degraded' });
  });
  it('of strangers and of the stopped without a word', async () => {
    part('one');
    await supervisor.start();
    await supervisor.stop();
    supervisor.report('one', { state: 'failed', why });
    supervisor.report('nobody', { state: 'failed', why });
    assert.deepEqual(states(), { one: 'stopped' });
  });
});
