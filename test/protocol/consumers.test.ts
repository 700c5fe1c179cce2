import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { until } from 'im-kernel/kit';
import { again, inBetweenRegister, lasting, play, say, TALK, upTo } from './consumer-stage.ts';
import { aConsumer, healthOf, measured, Notebook } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { closeStages, openStage } from './stage.ts';

describe('a consumer', () => {
  afterEach(closeStages);

  for (const store of ['memory', 'sqlite'] as const) {
    it(`is handed everything that is kept, in order, whole (${store})`, async () => {
      const { stage, notebook } = await play({}, { store });
      const ann = await stage.join('ann');
      await ann.accepted(ann.act('g/tea', 'group.create', { user: ['bob'], title: 'Tea' }));
      await say(stage, ['one', 'two', 'three']);
      await until(() => notebook.entries.length === 4, 'four entries');
      const talk = notebook.entries.filter(({ conversation }) => conversation === TALK);
      assert.deepEqual(
        talk.map(({ position, body }) => [position, Buffer.from(body ?? []).toString()]),
        [
          [1, 'one'],
          [2, 'two'],
          [3, 'three'],
        ],
      );
      const act = notebook.entries.find(({ conversation }) => conversation === 'g/tea');
      assert.deepEqual([act?.kind, act?.title, act?.users], ['group.create', 'Tea', ['bob']]);
      await until(() => measured(stage, 'hook', 'consumer_shards_behind') === 0, 'it is caught up');
      assert.equal(measured(stage, 'hook', 'consumer_lag_ms'), 0);
      assert.equal(measured(stage, 'hook', 'consumer_entries_total'), 4);
    });
  }

  it('is handed one entry of a conversation at a time, several shards side by side', async () => {
    const { stage, notebook } = await play({ concurrency: 3 });
    const running = new Set<string>();
    let most = 0;
    notebook.trouble = async ({ conversation }) => {
      assert.ok(!running.has(conversation), 'two of one conversation at once');
      running.add(conversation);
      most = Math.max(most, running.size);
      await stage.rest();
      running.delete(conversation);
    };
    const ann = await stage.join('ann');
    const names = Array.from({ length: 12 }, (_, at) => `d/ann/b${at}`);
    for (let round = 0; round < 5; round += 1) for (const name of names) ann.send(name, 'x');
    await until(() => notebook.entries.length === 60, 'sixty entries');
    assert.equal(most, 3);
    for (const name of names) {
      assert.deepEqual(
        notebook.taken.filter((one) => one.startsWith(`${name} `)),
        upTo(5, name),
      );
    }
  });

  it('tries again after waits that double, and holds up no other shard', async () => {
    const { stage, notebook } = await play({ retryFrom: 1_000, retryMax: 4_000, tries: 100 });
    const tries: number[] = [];
    notebook.trouble = ({ conversation, position }) => {
      if (conversation !== TALK || position !== 1) return;
      tries.push(stage.clock.monotonic());
      if (tries.length < 6) throw new Error('not now');
    };
    await say(stage, ['one', 'two']);
    const ann = await stage.join('ann', 'd2');
    for (const name of ['d/ann/cat', 'd/ann/dan', 'd/ann/eve', 'd/ann/fay'])
      await ann.accepted(ann.send(name, 'hi'));
    await stage.rest();
    assert.ok(notebook.taken.length >= 3, 'the others went on');
    assert.ok(!notebook.taken.includes(`${TALK} 2`));
    await stage.pass(20_000, 50);
    const waits = tries.slice(1).map((at, i) => at - tries[i]!);
    for (const [i, fullMs] of [1_000, 2_000, 4_000, 4_000, 4_000].entries()) {
      assert.ok(
        waits[i]! >= fullMs / 2 - 50 && waits[i]! <= fullMs + 100,
        `waits: ${waits.join()}`,
      );
    }
    assert.deepEqual(
      notebook.taken.filter((one) => one.startsWith(TALK)),
      upTo(2),
    );
    assert.deepEqual(
      notebook.calls.filter((one) => one.startsWith(`${TALK} 1`)),
      [1, 2, 3, 4, 5, 6].map((attempt) => `${TALK} 1 ${attempt}`),
    );
    assert.equal(healthOf(stage, 'hook'), 'running');
  });

  it('waits out an hour of failures: nothing is lost, set aside or held up', async () => {
    const { stage, notebook } = await play({ tries: 1_000 });
    const hourMs = 3_600_000;
    const beganMs = stage.clock.monotonic();
    notebook.trouble = () => {
      if (stage.clock.monotonic() - beganMs < hourMs) throw new Error('answered 500');
    };
    await say(stage, ['one', 'two']);
    await stage.pass(hourMs / 2, 5_000);
    await say(stage, ['three', 'four'], 'd/ann/cat');
    assert.match(healthOf(stage, 'hook'), /^degraded: .* failed \d+ times: answered 500/);
    assert.ok(measured(stage, 'hook', 'consumer_lag_ms') >= hourMs / 2);
    await stage.pass(hourMs / 2 + 120_000, 5_000);
    assert.deepEqual(notebook.taken.toSorted(), [...upTo(2), ...upTo(2, 'd/ann/cat')].toSorted());
    // Once a minute, after the first few: neither given up nor hammered.
    const attempts = notebook.calls.filter((one) => one.startsWith(`${TALK} 1 `)).length;
    assert.ok(attempts > 50 && attempts < 150, `${attempts} attempts`);
    assert.equal(measured(stage, 'hook', 'consumer_dead_letters_total'), 0);
    assert.equal(healthOf(stage, 'hook'), 'running');
  });

  it('counts an attempt that hangs as failed, and tells it that nobody waits', async () => {
    const { stage, notebook } = await play({ timeLimit: 1_000, retryFrom: 100 });
    let ended = 0;
    notebook.trouble = (_entry, { attempt, signal }) => {
      if (attempt > 1) return undefined;
      signal.addEventListener('abort', () => (ended += 1));
      return new Promise(() => undefined);
    };
    await say(stage, ['one']);
    await stage.rest();
    await stage.pass(2_000, 100);
    assert.deepEqual(notebook.calls, [`${TALK} 1 1`, `${TALK} 1 2`]);
    assert.equal(ended, 1);
  });

  it('never stalls the path, whatever it does', async () => {
    const { stage, notebook } = await play();
    notebook.trouble = () => new Promise(() => undefined);
    await say(stage, ['one', 'two', 'three']);
    assert.deepEqual(notebook.calls, [`${TALK} 1 1`]);
    stage.clock.advance(5_000);
    assert.ok(measured(stage, 'hook', 'consumer_lag_ms') >= 5_000);
  });

  it('begins with what comes now, or with the beginning of the log', async () => {
    const store = lasting();
    const first = await openStage(store);
    await say(first, ['old']);
    await first.stop();
    const [now, start] = [new Notebook(), new Notebook()];
    const consumers = [
      aConsumer('late', now.consume, { from: 'now' }),
      aConsumer('early', start.consume, { from: 'start' }),
    ];
    const second = await openStage({ ...store, consumers });
    const ann = await second.join('ann', 'd2');
    await ann.accepted(ann.send(TALK, 'new'));
    await until(() => start.entries.length === 2 && now.entries.length === 1, 'all entries');
    assert.deepEqual(now.taken, [`${TALK} 2`]);
    assert.deepEqual(start.taken, upTo(2));
  });

  it('goes on behind what it took, after a stop in order exactly there', async () => {
    const store = lasting();
    const { stage, notebook } = await play({}, store);
    await say(stage, ['one', 'two']);
    await until(() => notebook.entries.length === 2, 'two entries');
    notebook.trouble = () => new Promise(() => undefined);
    const ann = await stage.join('ann', 'd2');
    for (const text of ['three', 'four']) await ann.accepted(ann.send(TALK, text));
    await until(() => notebook.calls.length === 3, 'the third attempt');
    await stage.stop();
    const later = new Notebook();
    await openStage({ ...store, consumers: again(later) });
    await until(() => later.entries.length === 2, 'the rest');
    assert.deepEqual(later.taken, [`${TALK} 3`, `${TALK} 4`]);
    assert.deepEqual(later.calls[0], `${TALK} 3 1`);
  });

  it('repeats nothing of a page but the entry that failed, nor after a stop within it', async () => {
    const store = lasting();
    const first = await openStage(store);
    await say(first, ['one', 'two', 'three', 'four', 'five']);
    await first.stop();
    const notebook = new Notebook();
    notebook.trouble = ({ position }, { attempt }) => {
      if (position === 3 && attempt < 3) throw new Error('not now');
      return position === 5 ? new Promise(() => undefined) : undefined;
    };
    const settings = { from: 'start', retryFrom: 100 } as const;
    const consumers = [aConsumer('hook', notebook.consume, settings)];
    const stage = await openStage({ ...store, consumers });
    await stage.rest();
    await stage.pass(1_000, 50);
    assert.deepEqual(
      notebook.calls.map((call) => call.slice(TALK.length + 1)),
      ['1 1', '2 1', '3 1', '3 2', '3 3', '4 1', '5 1'],
    );
    await stage.stop();
    const later = new Notebook();
    await openStage({ ...store, consumers: again(later) });
    await until(() => later.entries.length > 0, 'the last one');
    assert.deepEqual(later.calls, [`${TALK} 5 1`]);
  });

  it('skips nothing when its cursor could not be kept', async () => {
    let away = false;
    const { stage, notebook } = await play(
      {},
      {
        between: (store) => {
          const register = inBetweenRegister(store, () => away);
          return inBetween(store, { register });
        },
      },
    );
    await say(stage, ['one']);
    away = true;
    await stage.pass(200, 50);
    away = false;
    const ann = await stage.join('ann', 'd2');
    await ann.accepted(ann.send(TALK, 'two'));
    await stage.pass(500, 50);
    assert.deepEqual(notebook.taken, upTo(2));
  });

  it('waits for a store that cannot be read, without setting anything aside', async () => {
    let away = false;
    const { stage, notebook } = await play(
      { tries: 2, retryFrom: 100, retryMax: 100 },
      {
        between: (store) =>
          inBetween(store, {
            readShard: (...about) =>
              away
                ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }))
                : store.readShard(...about),
          }),
      },
    );
    away = true;
    await say(stage, ['one']);
    await stage.pass(2_000, 100);
    away = false;
    notebook.trouble = (_entry, { attempt }) => {
      if (attempt === 1) throw new Error('not now');
    };
    await stage.pass(2_000, 100);
    assert.deepEqual(notebook.taken, upTo(1));
    assert.equal(measured(stage, 'hook', 'consumer_dead_letters'), 0);
  });
});
