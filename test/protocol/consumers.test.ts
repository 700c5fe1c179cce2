import assert from 'node:assert/strict';
import { ImError, type Persistence } from 'im-kernel/contract';
import { until } from 'im-kernel/kit';
import type { ConsumerSettings } from '../../core/config/role-settings.ts';
import type { ConsumerInstance } from '../../core/config/settings.ts';
import { aConsumer, healthOf, measured, Notebook } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { closeStages, openStage, type Stage, type StageOptions } from './stage.ts';

const TALK = 'd/ann/bob';

interface Played {
  readonly stage: Stage;
  readonly notebook: Notebook;
}

async function play(
  settings: Partial<ConsumerSettings> = {},
  options: StageOptions = {},
): Promise<Played> {
  const notebook = new Notebook();
  const consumers = [aConsumer('hook', notebook.consume, settings)];
  return { notebook, stage: await openStage({ ...options, consumers }) };
}

async function say(stage: Stage, texts: readonly string[], conversation = TALK): Promise<void> {
  const ann = await stage.join('ann');
  for (const text of texts) await ann.accepted(ann.send(conversation, text));
}

/** `TALK 1`, `TALK 2` … */
function upTo(last: number, conversation = TALK): string[] {
  return Array.from({ length: last }, (_, at) => `${conversation} ${at + 1}`);
}

/** A store that is opened again by later stages, as after a restart. */
function lasting(): Pick<StageOptions, 'between'> {
  let kept: Persistence | undefined;
  return { between: (store) => (kept ??= store) };
}

/** The consumer as it was, under the same name. */
function again(notebook: Notebook): readonly ConsumerInstance[] {
  return [aConsumer('hook', notebook.consume)];
}

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

function inBetweenRegister(store: Persistence, away: () => boolean): Persistence['register'] {
  return {
    read: (key) => store.register.read(key),
    list: (...about) => store.register.list(...about),
    compareAndSet: (...about) =>
      away()
        ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }))
        : store.register.compareAndSet(...about),
  };
}

describe('dead letters', () => {
  afterEach(closeStages);

  it('are set aside after so many tries, with the reason, and the next entry comes', async () => {
    const { stage, notebook } = await play({ tries: 3, retryFrom: 100, retryMax: 100 });
    notebook.trouble = ({ position }) => {
      if (position === 2) throw new Error('I hate the number two');
    };
    await say(stage, ['one', 'two', 'three']);
    await stage.pass(2_000, 50);
    assert.deepEqual(notebook.taken, [`${TALK} 1`, `${TALK} 3`]);
    assert.equal(notebook.calls.filter((one) => one.startsWith(`${TALK} 2`)).length, 3);
    const page = await stage.node.deadLetters('hook', undefined, 10);
    assert.deepEqual(
      page?.letters.map(({ conversation, position, why, attempts }) => {
        return { conversation, position, why, attempts };
      }),
      [{ conversation: TALK, position: 2, why: 'I hate the number two', attempts: 3 }],
    );
    assert.equal(page?.upTo, undefined);
    assert.equal(measured(stage, 'hook', 'consumer_dead_letters'), 1);
    assert.equal(measured(stage, 'hook', 'consumer_failures_total'), 3);
    assert.equal(healthOf(stage, 'hook'), 'degraded: dead letters since the start: 1');
    assert.equal(await stage.node.deadLetters('nobody', undefined, 10), undefined);
  });

  it('are set aside at once when the consumer says that it can never work', async () => {
    const { stage, notebook } = await play();
    notebook.trouble = ({ position }) => {
      if (position === 1) throw new ImError('IM_CONSUMER_UNDELIVERABLE', { why: 'gone' });
    };
    await say(stage, ['one', 'two']);
    await until(() => notebook.entries.length === 1, 'the next entry');
    assert.deepEqual(notebook.calls, [`${TALK} 1 1`, `${TALK} 2 1`]);
    const page = await stage.node.deadLetters('hook', undefined, 10);
    assert.match(page?.letters[0]?.why ?? '', /never be delivered: gone/);
  });

  it('outlive a restart, are listed page by page, and are not tried again', async () => {
    const store = lasting();
    const { stage, notebook } = await play({ tries: 1 }, store);
    notebook.trouble = () => {
      throw new Error('never');
    };
    await say(stage, ['one', 'two', 'three']);
    await until(() => measured(stage, 'hook', 'consumer_dead_letters') === 3, 'three of them');
    await stage.stop();
    const later = new Notebook();
    const next = await openStage({ ...store, consumers: again(later) });
    assert.equal(measured(next, 'hook', 'consumer_dead_letters'), 3);
    assert.equal(healthOf(next, 'hook'), 'running');
    const found: number[] = [];
    let after: string | undefined;
    do {
      const page = await next.node.deadLetters('hook', after, 2);
      found.push(...(page?.letters.map(({ position }) => position) ?? []));
      after = page?.upTo;
    } while (after !== undefined);
    assert.deepEqual(found, [1, 2, 3]);
    await next.rest();
    assert.deepEqual(later.calls, []);
  });

  it('are in the store before the cursor passes them: the entry comes again if not', async () => {
    let refuse = true;
    const { stage, notebook } = await play(
      { tries: 1, retryFrom: 100 },
      {
        between: (store) => inBetween(store, { register: inBetweenRegister(store, () => refuse) }),
        consumers: [],
      },
    ).catch(() => ({ stage: undefined, notebook: undefined }));
    assert.equal(stage ?? notebook, undefined, 'without a cursor nothing begins');
    refuse = false;
    const played = await play(
      { tries: 1, retryFrom: 100 },
      {
        between: (store) => inBetween(store, { register: inBetweenRegister(store, () => refuse) }),
      },
    );
    played.notebook.trouble = () => {
      throw new Error('never');
    };
    refuse = true;
    await say(played.stage, ['one']);
    await played.stage.pass(500, 50);
    assert.ok(played.notebook.calls.length > 1, 'it came again');
    assert.equal(measured(played.stage, 'hook', 'consumer_dead_letters'), 0);
    refuse = false;
    await played.stage.pass(20_000, 100);
    assert.equal(measured(played.stage, 'hook', 'consumer_dead_letters'), 1);
  });
});
