import assert from 'node:assert/strict';
import { until } from 'im-kernel/kit';
import type { Accepted, Send } from '../../core/wire/frames.ts';
import { CountedStore, Shelf } from './answers-stage.ts';
import { healthOf, measured } from './effects-stage.ts';
import { freshId, type RawClient } from './raw-client.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';
/** More than a node holds in memory of one sender: the first are old by then. */
const MANY = 70;

interface Told {
  readonly stage: Stage;
  readonly ann: RawClient;
  readonly sent: readonly Send[];
  readonly first: readonly Accepted[];
}

/** Ann has said so much that her first numbers are no longer in memory. */
async function talk(stage: Stage): Promise<Told> {
  const ann = await stage.join('ann');
  const sent = Array.from({ length: MANY }, (_, at) => ann.send(TALK, `text ${at}`));
  const first: Accepted[] = [];
  for (const command of sent) first.push(await ann.accepted(command));
  await stage.rest();
  return { stage, ann, sent, first };
}

/** The answer to the same command once more. */
function repeat(ann: RawClient, command: Send): Promise<Accepted> {
  ann.say(command);
  return ann.accepted(command);
}

const looks = (stage: Stage, what: string): number =>
  measured(stage, 'answers', 'answers_looks_total', what);
const puts = (stage: Stage, what: string): number =>
  measured(stage, 'answers', 'answers_puts_total', what);

function hang(): Promise<void> {
  return new Promise(() => undefined);
}

describe('a cache of answers', () => {
  let shelf: Shelf;
  let store: CountedStore;
  beforeEach(() => {
    shelf = new Shelf();
    store = new CountedStore();
  });
  afterEach(closeStages);

  const open = (settings: Parameters<Shelf['instance']>[0] = {}): Promise<Stage> =>
    openStage({ ...store.options(), answers: shelf.instance(settings) });

  it('is handed what is kept, and gives the first answer without the store', async () => {
    const { stage, ann, sent, first } = await talk(await open());
    assert.equal(puts(stage, 'kept'), MANY);
    const again = await repeat(ann, sent[0]!);
    assert.deepEqual(again, { ...first[0], duplicate: 1 });
    assert.deepEqual(store.asked, []);
    assert.equal(looks(stage, 'hit'), 1);
  });

  it('is asked only about old repeats, in one question for a batch', async () => {
    const { ann, sent, first } = await talk(await open());
    await repeat(ann, sent[MANY - 1]!);
    assert.equal(shelf.questions.length, 0);
    ann.say(sent[0]!, sent[1]!, sent[2]!);
    const again = [];
    for (const command of sent.slice(0, 3)) again.push(await ann.accepted(command));
    assert.deepEqual(
      again.map(({ position }) => position),
      first.slice(0, 3).map(({ position }) => position),
    );
    assert.deepEqual(
      shelf.questions.map((keys) => keys.length),
      [3],
    );
  });

  it('answers for a node that was started anew, over the same log', async () => {
    const { stage, sent, first } = await talk(await open());
    await stage.stop();
    const next = await open();
    const ann = await next.join('ann');
    assert.deepEqual(await repeat(ann, sent[5]!), { ...first[5], duplicate: 1 });
    assert.deepEqual(store.asked, []);
    assert.equal(looks(next, 'hit'), 1);
  });

  it('that forgot everything is filled again by what the store knows', async () => {
    const { stage, ann, sent, first } = await talk(await open());
    shelf.values.clear();
    assert.deepEqual(await repeat(ann, sent[0]!), { ...first[0], duplicate: 1 });
    await until(() => shelf.values.size === 1, 'what was looked up');
    assert.deepEqual(await repeat(ann, sent[0]!), { ...first[0], duplicate: 1 });
    assert.deepEqual(store.asked, [1]);
    assert.deepEqual([looks(stage, 'miss'), looks(stage, 'hit')], [1, 1]);
  });

  it('knows what another id under a number meets: conflict', async () => {
    const { ann, sent } = await talk(await open());
    const other = { ...sent[0]!, id: freshId() };
    ann.say(other);
    assert.equal(await ann.fate(other), 'conflict');
    assert.deepEqual(store.asked, []);
  });

  const forged: Readonly<Record<string, (value: string, key: string) => string>> = {
    'with another position': (value) => value.replace(/ \d+ /, ' 7 '),
    'with another id': (value) => value.replace(/[0-9a-f-]{36}/, freshId()),
    'with a mark of somebody else': (value) => value.replace(/\S+$/, 'A'.repeat(22)),
    'without a mark': (value) => value.replace(/ \S+$/, ''),
    'cut short': (value) => value.slice(0, 20),
    empty: () => '',
    huge: () => 'x'.repeat(100_000),
    'of another kind': () => [1, 2] as unknown as string,
  };
  for (const [what, change] of Object.entries(forged)) {
    it(`is not believed in a value ${what}: the store is asked`, async () => {
      const { stage, ann, sent, first } = await talk(await open());
      shelf.spoil(change);
      assert.deepEqual(await repeat(ann, sent[0]!), { ...first[0], duplicate: 1 });
      assert.deepEqual(store.asked, [1]);
      assert.equal(looks(stage, 'unfit'), 1);
      assert.equal(healthOf(stage, 'answers'), 'running');
    });
  }

  it('is not believed in a true value under the key of another number', async () => {
    const { stage, ann, sent, first } = await talk(await open());
    const [one = ''] = [...shelf.values.values()].slice(1);
    shelf.spoil(() => one);
    assert.deepEqual(await repeat(ann, sent[0]!), { ...first[0], duplicate: 1 });
    assert.equal(looks(stage, 'unfit'), 1);
  });

  it('makes no ACCEPTED of a command that was never kept', async () => {
    const stage = await open();
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'one', { number: 1 }));
    await ann.accepted(ann.send(TALK, 'three', { number: 3 }));
    await stage.rest();
    const jumped = { type: 'send', conversation: TALK, number: 2, id: freshId() } as const;
    // All that somebody can do who sees every value, and the id of the command.
    const [key, value] = [...shelf.values][1]!;
    shelf.values.set(key.replace(/3$/, '2'), value.replace(/[0-9a-f-]{36}/, jumped.id));
    const command = { ...jumped, sentAt: 1, body: new Uint8Array(1) };
    ann.say(command);
    assert.equal(await ann.fate(command), 'stale');
    assert.equal(looks(stage, 'unfit'), 1);
  });

  it('has nothing to say about another log', async () => {
    const { stage, sent } = await talk(await open());
    await stage.stop();
    const log = '0199a0b1-c2d3-4e4f-8a9b-00000000beef';
    const next = await openStage({
      ...new CountedStore().options({ log }),
      answers: shelf.instance(),
    });
    const ann = await next.join('ann');
    await ann.accepted(ann.send(TALK, 'far ahead', { number: 99 }));
    ann.say(sent[0]!);
    assert.equal(await ann.fate(sent[0]!), 'stale');
    assert.equal(looks(next, 'miss'), 1);
    for (const [key, value] of shelf.values) shelf.values.set(log + key.slice(36), value);
    ann.say(sent[1]!);
    assert.equal(await ann.fate(sent[1]!), 'stale');
    assert.equal(looks(next, 'unfit'), 1);
  });

  it('is not used over a store that may forget what it acknowledged', async () => {
    const guarantees = { durability: 'process', shared: false } as const;
    const options = { ...store.options({ guarantees }), answers: shelf.instance() };
    const { stage, ann, sent } = await talk(await openStage(options));
    await repeat(ann, sent[0]!);
    assert.deepEqual([shelf.handed, shelf.questions], [[], []]);
    assert.match(
      healthOf(stage, 'answers'),
      /^degraded: .* not used: the store promises only `process`$/,
    );
  });
});

describe('a cache of answers in trouble', () => {
  let shelf: Shelf;
  let store: CountedStore;
  beforeEach(() => {
    shelf = new Shelf();
    store = new CountedStore();
  });
  afterEach(closeStages);

  const open = (settings: Parameters<Shelf['instance']>[0] = {}): Promise<Stage> =>
    openStage({ ...store.options(), answers: shelf.instance(settings) });

  it('holds up a lane for its time limit, once in a suspension', async () => {
    const { stage, ann, sent, first } = await talk(await open());
    shelf.trouble = hang;
    ann.say(sent[0]!);
    await stage.rest();
    assert.equal(ann.log.at(-1)?.type, 'accepted');
    const heard = ann.log.length;
    stage.clock.advance(49);
    await stage.rest();
    assert.equal(ann.log.length, heard);
    stage.clock.advance(1);
    assert.deepEqual(await ann.accepted(sent[0]!), { ...first[0], duplicate: 1 });
    // No time passes from here on, and still everything is answered.
    for (const at of [1, 2, 3]) await repeat(ann, sent[at]!);
    await ann.accepted(ann.send(TALK, 'more'));
    assert.deepEqual(store.asked, [1, 2, 3, 4]);
    assert.deepEqual([looks(stage, 'timed-out'), looks(stage, 'left-alone')], [1, 3]);
    assert.match(healthOf(stage, 'answers'), /^degraded: .* left alone: no answer within 50 ms$/);
  });

  it('is tried by one call after its suspension, and is back when that works', async () => {
    const { stage, ann, sent } = await talk(await open());
    shelf.trouble = () => Promise.reject(new Error('no'));
    await repeat(ann, sent[0]!);
    assert.match(healthOf(stage, 'answers'), /^degraded: .* left alone: no$/);
    const questions = shelf.questions.length;
    await stage.pass(9_999, 100);
    await repeat(ann, sent[1]!);
    assert.equal(shelf.questions.length, questions);
    stage.clock.advance(1);
    await repeat(ann, sent[2]!);
    assert.equal(shelf.questions.length, questions + 1);
    assert.match(healthOf(stage, 'answers'), /^degraded/);
    shelf.trouble = () => undefined;
    stage.clock.advance(10_000);
    await repeat(ann, sent[3]!);
    assert.equal(healthOf(stage, 'answers'), 'running');
    assert.equal(looks(stage, 'hit'), 1);
  });

  it('is tried by what is kept, too, and not by a lane that waits', async () => {
    const { stage, ann } = await talk(await open());
    shelf.trouble = () => Promise.reject(new Error('no room'));
    await ann.accepted(ann.send(TALK, 'a'));
    await stage.rest();
    assert.match(healthOf(stage, 'answers'), /no room$/);
    await ann.accepted(ann.send(TALK, 'b'));
    await stage.rest();
    assert.deepEqual([puts(stage, 'failed'), puts(stage, 'left-alone')], [1, 1]);
    shelf.trouble = () => undefined;
    stage.clock.advance(10_000);
    await ann.accepted(ann.send(TALK, 'c'));
    await stage.rest();
    assert.equal(healthOf(stage, 'answers'), 'running');
    assert.equal(puts(stage, 'kept'), MANY + 1);
  });

  for (const [what, twist] of [
    ['nothing', () => undefined],
    ['too few values', () => []],
    ['no list', () => 'x'],
  ] as const) {
    it(`that answers with ${what} has failed`, async () => {
      const { stage, ann, sent, first } = await talk(await open());
      shelf.twist = twist;
      assert.deepEqual(await repeat(ann, sent[0]!), { ...first[0], duplicate: 1 });
      assert.equal(looks(stage, 'failed'), 1);
      assert.match(healthOf(stage, 'answers'), /one value for each key$/);
    });
  }

  it('that keeps nothing back holds no more than its bound, and drops the rest', async () => {
    const stage = await open({ pending: 8 });
    shelf.trouble = hang;
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'in flight'));
    await stage.rest();
    const sent = Array.from({ length: 20 }, () => ann.send(TALK, 'more'));
    for (const command of sent) await ann.accepted(command);
    await stage.rest();
    assert.equal(measured(stage, 'answers', 'answers_pending'), 8);
    assert.equal(puts(stage, 'full'), 12);
    assert.equal(shelf.handed.length, 1);
    stage.clock.advance(1_000);
    await stage.rest();
    assert.match(healthOf(stage, 'answers'), /nothing was kept within 1000 ms$/);
  });

  it('that hangs delays a stop by no more than a second', async () => {
    const { stage, ann } = await talk(await open());
    shelf.trouble = hang;
    await ann.accepted(ann.send(TALK, 'last'));
    await stage.rest();
    const stopping = stage.node.stop();
    await stage.rest();
    stage.clock.advance(1_000);
    assert.deepEqual(await stopping, []);
  });
});
