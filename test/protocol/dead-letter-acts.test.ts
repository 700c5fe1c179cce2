/** What operators do about dead letters of a consumer that fails. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { im } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin, OPERATOR, READER, type AdminStage } from './admin-stage.ts';
import { again, lasting, play, say, TALK, type Played } from './consumer-stage.ts';
import { healthOf, measured, Notebook } from './effects-stage.ts';
import { closeStages, openStage } from './stage.ts';

const SECOND = { consumer: 'hook', conversation: TALK, position: 2 };
const words = (act: string): readonly string[] => ['dead-letter', act, 'hook', TALK, '2'];
const no = (): Promise<string> => Promise.resolve('n');

describe('what is done about dead letters', () => {
  let played: Played;
  let admin: AdminStage;
  const letters = (): number => measured(played.stage, 'hook', 'consumer_dead_letters');

  /** The second and the third of four are set aside. */
  async function setAside(options: Parameters<typeof play>[1] = {}): Promise<void> {
    played = await play({ tries: 1 }, options);
    played.notebook.trouble = ({ position }) => {
      if (position === 2 || position === 3) throw new Error('the door is shut');
    };
    admin = await openAdmin(played.stage);
    await say(played.stage, ['one', 'two', 'three', 'four']);
    await until(() => letters() === 2, 'two letters');
  }

  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('shows them, with the reason and the entry, and never a body', async () => {
    await setAside();
    const { total, rows, more } = await admin.owner.ask('dead-letters', { sort: '-position' });
    assert.deepEqual([total, more], [2, false]);
    assert.deepEqual(
      rows.map(({ consumer, position, why, attempts }) => [consumer, position, why, attempts]),
      [
        ['hook', 3, 'the door is shut', 1],
        ['hook', 2, 'the door is shut', 1],
      ],
    );
    const shown = await admin.withToken(READER).ask('dead-letter show', SECOND);
    assert.deepEqual(
      [shown.entry?.user, shown.entry?.kind, shown.entry?.bodyBytes],
      ['ann', 'message', 3],
    );
    const there = ['--socket', join(admin.folder, 'admin.sock')];
    const said = await im(['dead-letters', '--consumer', 'hook', ...there]);
    assert.match(said.out, /^consumer +conversation +position +attempts +at +why\n/);
    assert.match((await im([...words('show'), ...there])).out, /the door is shut/);
    const none = admin.owner.ask('dead-letters', { consumer: 'nobody' });
    await assert.rejects(none, { code: 'IM_ADMIN_UNKNOWN', status: 404 });
  });

  it('hands one over again: what fails stays with its reason, what is taken is gone', async () => {
    await setAside();
    assert.equal(healthOf(played.stage, 'hook'), 'degraded: dead letters since the start: 2');
    const { notebook } = played;
    const retry = () => admin.withToken(OPERATOR).ask('dead-letter retry', SECOND);
    await assert.rejects(retry(), { code: 'IM_CONSUMER_AGAIN', status: 503 });
    const { attempts } = await admin.owner.ask('dead-letter show', SECOND);
    assert.deepEqual([attempts, letters()], [2, 2]);
    notebook.trouble = () => undefined;
    assert.deepEqual(await retry(), SECOND);
    assert.equal(notebook.calls.at(-1), `${TALK} 2 3`);
    assert.deepEqual(
      notebook.taken,
      [1, 4, 2].map((position) => `${TALK} ${position}`),
    );
    assert.equal(letters(), 1);
    assert.equal(measured(played.stage, 'hook', 'consumer_entries_total'), 3);
    await assert.rejects(retry(), { code: 'IM_ADMIN_UNKNOWN' });
    await admin.owner.ask('dead-letter retry', { ...SECOND, position: 3 });
    assert.equal(healthOf(played.stage, 'hook'), 'running');
    const { acts } = await admin.owner.ask('acts', {});
    assert.deepEqual(
      acts.filter(({ outcome }) => outcome !== 'asked').map(({ who, outcome }) => [who, outcome]),
      [
        ['socket', 'done'],
        ['admin-1', 'refused'],
        ['admin-1', 'done'],
        ['admin-1', 'failed'],
      ],
    );
  });

  it('is done with one that is discarded, which asks first and is for operators', async () => {
    await setAside();
    const there = ['--socket', join(admin.folder, 'admin.sock')];
    const reads = admin.withToken(READER).ask('dead-letter discard', SECOND);
    await assert.rejects(reads, { code: 'IM_ADMIN_RIGHTS' });
    assert.equal((await im([...words('discard'), ...there])).code, 2);
    const refused = await im([...words('discard'), ...there], {}, { ask: no });
    assert.match(refused.err, /^d\/ann\/bob 2, of ann on \S+, was set aside at /);
    assert.match(refused.err, /^after an attempt: the door is shut$/m);
    assert.deepEqual([refused.code, letters()], [1, 2]);
    const said = await im([...words('discard'), ...there, '--yes']);
    assert.equal(said.out, `${TALK} 2 is no dead letter of hook any more`);
    assert.deepEqual([said.code, letters()], [0, 1]);
    assert.equal((await im([...words('discard'), ...there, '--yes'])).code, 1);
    assert.equal((await admin.owner.ask('dead-letters', {})).total, 1);
    assert.deepEqual(played.notebook.taken, [`${TALK} 1`, `${TALK} 4`]);
  });

  it('is one act at a time', async () => {
    await setAside();
    const door = Promise.withResolvers<void>();
    played.notebook.trouble = () => door.promise;
    const first = admin.owner.ask('dead-letter retry', SECOND);
    await until(() => played.notebook.calls.length === 5, 'it is handed over');
    for (const act of ['dead-letter retry', 'dead-letter discard'] as const) {
      await assert.rejects(admin.owner.ask(act, SECOND), { code: 'IM_ADMIN_AWAY' });
    }
    door.resolve();
    assert.deepEqual(await first, SECOND);
    assert.equal(letters(), 1);
  });

  it('hands nothing to a consumer whose entries have ended, as while the node hands over', async () => {
    await setAside();
    const { calls } = played.notebook;
    const before = calls.length;
    await played.stage.node.inside.effects.stop();
    const retry = admin.owner.ask('dead-letter retry', SECOND);
    await assert.rejects(retry, { code: 'IM_ADMIN_AWAY' });
    assert.deepEqual([calls.length, letters()], [before, 2]);
  });

  it('lasts, and an entry that is set aside once more has a letter once more', async () => {
    const store = lasting();
    await setAside(store);
    await admin.owner.ask('dead-letter discard', SECOND);
    await closeAdmins();
    await played.stage.stop();
    const next = await openStage({ ...store, consumers: again(new Notebook()) });
    played = { ...played, stage: next };
    assert.equal(letters(), 1);
    const [letter] = (await next.node.deadLetters('hook', undefined, 10))?.letters ?? [];
    assert.equal(letter?.position, 3);
    const { consumers } = next.node.inside.effects;
    const entry = await consumers[0]?.letterActs.entryOf(SECOND);
    assert.ok(entry);
    assert.equal(await consumers[0]?.deadLetters.keep(entry, 'again', 1, 0), true);
    assert.equal(await consumers[0]?.deadLetters.keep(entry, 'again', 1, 0), false);
    assert.equal(await consumers[0]?.deadLetters.count(), 2);
  });
});
