import assert from 'node:assert/strict';
import type { Consumer } from 'im-kernel/contract';
import { quietHost } from 'im-kernel/kit';
import { consumersCrew } from '../../../core/assembly/reload/consumers-crew.ts';
import { makeConsumer } from '../../../core/assembly/watched.ts';
import type { ConsumerInstance, Settings } from '../../../core/config/settings.ts';
import type { Supervisor } from '../../../core/kernel/supervisor.ts';
import type { Consuming, Effects } from '../../../core/path/effects.ts';
import { aConsumer, instance } from '../../protocol/effects-stage.ts';

const done = Promise.resolve();

/** What was started of consumers and of their ways through the log, and what of it stopped. */
class Counts {
  readonly started: string[] = [];
  readonly stopped: string[] = [];

  of(name: string, fails = false) {
    return {
      start: () => {
        this.started.push(name);
        return fails ? Promise.reject(new Error('the store is away')) : done;
      },
      stop: () => {
        this.stopped.push(name);
        return done;
      },
    };
  }

  consumer(name: string): ConsumerInstance {
    const { plugin } = instance('consumer', name, { ...this.of(name), consume: () => done });
    return { ...aConsumer(name, () => done), plugin };
  }

  get left(): readonly string[] {
    return this.started.filter((name) => !this.stopped.includes(name));
  }
}

function crewOf(counts: Counts, failing: string) {
  const signal = new AbortController().signal;
  const supervisor = {
    tryOut: (_name: string, component: Consumer) => component.start(signal),
    retire: (_name: string, component: Consumer) => component.stop(signal),
    exchange: () => undefined,
  } as unknown as Supervisor;
  const effects = {
    open: ({ consumption }: Consuming) => consumption.start([]),
    exchange: () => undefined,
  } as unknown as Effects;
  return consumersCrew([], {
    supervisor,
    effects,
    consuming: [],
    make: (one) => makeConsumer(one, quietHost()),
    consume: ({ name }) =>
      ({
        name,
        consumption: counts.of(`way of ${name}`, name === failing),
      }) as unknown as Consuming,
  });
}

function prepared(counts: Counts, failing = '') {
  const consumers = ['one', 'two', 'three'].map((name) => counts.consumer(name));
  return crewOf(counts, failing).prepare({ consumers } as unknown as Settings);
}

describe('consumers that are to come', () => {
  it('are all stopped where nothing comes of it, and so are their ways through the log', async () => {
    const counts = new Counts();
    const ready = await prepared(counts);
    await ready.open?.();
    assert.equal(counts.started.length, 6);
    await ready.discard();
    assert.deepEqual(counts.left, []);
    assert.equal(counts.stopped.length, 6);
  });

  it('are stopped as far as they came where one cannot begin', async () => {
    const counts = new Counts();
    const ready = await prepared(counts, 'two');
    await assert.rejects(async () => ready.open?.(), /the store is away/);
    await ready.discard();
    assert.deepEqual(counts.left, []);
  });

  it('go on where all is well', async () => {
    const counts = new Counts();
    const ready = await prepared(counts);
    await ready.open?.();
    await ready.commit();
    assert.deepEqual(
      counts.stopped.filter((name) => name.startsWith('way')),
      [],
    );
  });
});
