import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { until } from 'im-kernel/kit';
import { again, inBetweenRegister, lasting, play, say, TALK } from './consumer-stage.ts';
import { healthOf, measured, Notebook } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { closeStages, openStage } from './stage.ts';

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
