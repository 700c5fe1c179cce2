import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { fakeClock, quietHost, type FakeClock, type QuietHost } from 'im-kernel/kit';
import { ImError, type Component } from '../../../core/contract/index.ts';
import { Supervisor } from '../../../core/kernel/supervisor.ts';

const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;
const limits = { startTimeout: startTimeoutMs, stopTimeout: stopTimeoutMs };

/** Never settles, unless its signal fires and it is polite. */
function hang(signal: AbortSignal, polite: boolean): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>();
  if (polite) signal.addEventListener('abort', () => reject(new Error('given up')));
  return promise;
}

/** The ImError that this ends with. */
async function failure(work: Promise<unknown>): Promise<ImError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ImError, String(error));
  return error;
}

describe('the supervisor', () => {
  let clock: FakeClock;
  let host: QuietHost;
  let supervisor: Supervisor;
  let calls: string[];

  beforeEach(() => {
    clock = fakeClock();
    host = quietHost({ clock });
    supervisor = new Supervisor({ clock, log: host.log, limits });
    calls = [];
  });

  function part(name: string, rank: number, own: Partial<Component> = {}): void {
    const component: Component = {
      start(signal) {
        calls.push(`start ${name}`);
        return own.start?.(signal) ?? Promise.resolve();
      },
      stop(deadline) {
        calls.push(`stop ${name}`);
        return own.stop?.(deadline) ?? Promise.resolve();
      },
    };
    supervisor.add({ name, rank, component });
  }
  function states(): Record<string, string> {
    return Object.fromEntries(supervisor.states().map(({ name, state }) => [name, state]));
  }
  /** Lets promises settle, then time go on, as often as asked. */
  async function pass(ms: number, times = 1): Promise<void> {
    for (let round = 0; round < times; round += 1) {
      await turn();
      clock.advance(ms);
    }
    await turn();
  }

  describe('starts', () => {
    it('by rank, one after the other, and within a rank as they were added', async () => {
      const slow = (): Promise<void> => {
        return turn().then(() => void calls.push('store is ready'));
      };
      part('tcp', 9);
      part('web', 9);
      part('store', 1, { start: slow });
      part('order', 5);
      await supervisor.start();
      assert.deepEqual(calls, [
        'start store',
        'store is ready',
        'start order',
        'start tcp',
        'start web',
      ]);
      assert.deepEqual(states(), {
        store: 'running',
        order: 'running',
        tcp: 'running',
        web: 'running',
      });
    });
    it('with one line of log for each part, and how long it took', async () => {
      part('store', 1, { start: () => Promise.resolve(clock.advance(12)) });
      part('tcp', 2);
      await supervisor.start();
      assert.deepEqual(
        host.lines.map(({ message, fields }) => [message, fields['ms']]),
        [
          ['store started', 12],
          ['tcp started', 0],
        ],
      );
      assert.equal(supervisor.states()[0]?.startMs, 12);
    });
    it('each part once, and takes no part afterwards', async () => {
      let starts = 0;
      const count = (): Promise<void> => Promise.resolve(void (starts += 1));
      part('one', 1, { start: count });
      await supervisor.start();
      await supervisor.start();
      assert.equal(starts, 1);
      assert.throws(() => part('late', 1), { code: 'IM_BUG' });
    });
    it('some ranks first, others when they are asked for, and stops all in reverse', async () => {
      for (const [rank, name] of ['store', 'path', 'door'].entries()) part(name, rank);
      await supervisor.start(new Set([0, 2]));
      assert.deepEqual(
        supervisor.states().map(({ state }) => state),
        ['running', 'created', 'running'],
      );
      await supervisor.start(new Set([1]));
      assert.equal(supervisor.states()[1]?.state, 'running');
      await supervisor.stop();
      assert.ok(supervisor.states().every(({ state }) => state === 'stopped'));
    });
    it('no two parts of one name', () => {
      part('tcp', 1);
      assert.throws(() => part('tcp', 2), { code: 'IM_BUG' });
    });
    it('with no timer left behind', async () => {
      part('tcp', 1);
      await supervisor.start();
      await supervisor.stop();
      assert.equal(clock.pending, 0);
    });
  });

  describe('when a start fails', () => {
    it('stops in reverse what had started and the culprit, and names it', async () => {
      const cause = new ImError('IM_STORE_OPEN', { file: 'im.db', why: 'locked' });
      part('one', 1);
      part('two', 2);
      part('bad', 3, { start: () => Promise.reject(cause) });
      part('never', 4);
      const error = await failure(supervisor.start());
      assert.deepEqual(calls.slice(2), ['start bad', 'stop bad', 'stop two', 'stop one']);
      assert.equal(error.code, 'IM_KERNEL_START');
      assert.equal(error.message, 'bad did not start: im.db cannot be opened: locked');
      assert.equal(error.cause, cause);
      assert.deepEqual(new Set(Object.values(states())), new Set(['stopped']));
    });
    it('treats what is thrown at once like a rejection', async () => {
      part('rude', 1, {
        start() {
          throw new TypeError('oops');
        },
      });
      assert.equal((await failure(supervisor.start())).message, 'rude did not start: oops');
    });
    it('goes on past errors of stopping, and tells them to whoever stops later', async () => {
      part('one', 1, { stop: () => Promise.reject(new Error('stuck')) });
      part('bad', 2, { start: () => Promise.reject(new Error('no')) });
      assert.equal((await failure(supervisor.start())).message, 'bad did not start: no');
      const errors = await supervisor.stop();
      assert.deepEqual(
        errors.map(({ message }) => message),
        ['one did not stop cleanly: stuck'],
      );
      assert.equal(calls.filter((call) => call.startsWith('stop')).length, 2);
    });
    it('takes a part that reports failure while it starts as not started', async () => {
      part('sick', 1, {
        start: () => Promise.resolve(supervisor.report('sick', { state: 'failed', why: 'ill' })),
      });
      assert.equal((await failure(supervisor.start())).message, 'sick did not start: ill');
    });
  });

  describe('when a part takes too long', () => {
    it('aborts its start, names it and the limit, and stops it', async () => {
      part('store', 1, { start: (signal) => hang(signal, true) });
      const starting = failure(supervisor.start());
      await pass(startTimeoutMs - 1);
      assert.deepEqual(calls, ['start store']);
      await pass(1);
      const error = await starting;
      assert.equal(error.code, 'IM_KERNEL_TIMEOUT');
      assert.equal(error.message, 'store was not done with starting after 30000 ms');
      assert.match(error.act, /limits\.startTimeout/);
      assert.deepEqual(calls, ['start store', 'stop store']);
    });
    it('does not wait for ever for one that ignores its signal', async () => {
      part('deaf', 1, { start: (signal) => hang(signal, false) });
      const starting = failure(supervisor.start());
      await pass(startTimeoutMs);
      await pass(stopTimeoutMs);
      assert.equal((await starting).code, 'IM_KERNEL_TIMEOUT');
    });
    it('stops once more what comes up after it was given up', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      part('late', 1, { start: () => promise });
      const starting = failure(supervisor.start());
      await pass(startTimeoutMs);
      await pass(stopTimeoutMs);
      await starting;
      resolve();
      await turn();
      assert.deepEqual(calls, ['start late', 'stop late', 'stop late']);
    });
    it('fires the deadline of its stop, collects the error and goes on', async () => {
      let fired = false;
      part('store', 1);
      part('slow', 2, {
        stop(deadline) {
          deadline.addEventListener('abort', () => (fired = true));
          return hang(deadline, false);
        },
      });
      await supervisor.start();
      const stopping = supervisor.stop();
      await pass(stopTimeoutMs);
      assert.ok(fired);
      await pass(500);
      const errors = await stopping;
      assert.deepEqual(
        errors.map(({ message }) => message),
        ['slow was not done with stopping after 15000 ms'],
      );
      assert.equal(calls.at(-1), 'stop store');
      assert.equal(clock.pending, 0);
    });
  });

  describe('stops', () => {
    it('in reverse, and twice is the same as once', async () => {
      part('one', 1);
      part('two', 2);
      await supervisor.start();
      const [first, second] = await Promise.all([supervisor.stop(), supervisor.stop()]);
      assert.deepEqual([first, second], [[], []]);
      await supervisor.stop();
      assert.deepEqual(calls.slice(2), ['stop two', 'stop one']);
    });
    it('without having started: nothing is called', async () => {
      part('one', 1);
      assert.deepEqual(await supervisor.stop(), []);
      assert.deepEqual(calls, []);
      assert.deepEqual(states(), { one: 'stopped' });
    });
    it('during the start: it is aborted and rolled back', async () => {
      part('one', 1);
      part('two', 2, { start: (signal) => hang(signal, true) });
      part('three', 3);
      const starting = failure(supervisor.start());
      await turn();
      assert.deepEqual(await supervisor.stop(), []);
      assert.equal((await starting).code, 'IM_KERNEL_START');
      assert.deepEqual(calls, ['start one', 'start two', 'stop two', 'stop one']);
      assert.equal(clock.pending, 0);
    });
    it('between two starts: the next is not begun', async () => {
      part('one', 1, { start: () => Promise.resolve(void supervisor.stop()) });
      part('two', 2);
      const error = await failure(supervisor.start());
      assert.equal(error.message, 'two did not start: a stop was asked for');
      await supervisor.stop();
      assert.deepEqual(calls, ['start one', 'stop one']);
    });
  });
});
