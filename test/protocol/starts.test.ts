/** What a node starts before it owns anything, and what keeps it from that. */
import assert from 'node:assert/strict';
import { never } from 'im-kernel/kit';
import type { ConsumerInstance, GuardInstance } from '../../core/config/settings.ts';
import { aConsumer, aGuard, instance } from './effects-stage.ts';
import { inBetween } from './in-between.ts';
import { LEASE_MS, Access, Pair, type PairOptions } from './pair-stage.ts';
import { Stage } from './stage.ts';

const allow = (): { is: 'allow' } => ({ is: 'allow' });
const consume = (): Promise<void> => Promise.resolve();
const refuse = (): Promise<void> => Promise.reject(new Error('no file'));

function guardThat(made: object): GuardInstance {
  const { plugin } = instance('guard', 'words', { look: allow, ...made });
  return { ...aGuard('words', allow), plugin };
}

function consumerThat(made: object): ConsumerInstance {
  const { plugin } = instance('consumer', 'hook', { consume, ...made });
  return { ...aConsumer('hook', consume), plugin };
}

describe('before it owns anything', () => {
  let pair: Pair;

  async function open(options: PairOptions = {}): Promise<void> {
    pair = new Pair(options);
    await pair.shared.start(never());
  }

  /** Every epoch and owner that there is, and the nodes that are there. */
  async function stands(): Promise<readonly unknown[]> {
    const { shards, nodes } = await pair.shared.ownership.look();
    const owners = new Set(shards.map(({ epoch, owner }) => `${epoch} ${owner?.node}`));
    return [...owners, nodes.map(({ node }) => node)];
  }

  afterEach(() => pair.stop());

  const broken: readonly (readonly [what: string, name: string, PairOptions])[] = [
    ['guard', 'words', { guardsOf: (n) => (n === 'im-b' ? [guardThat({ start: refuse })] : []) }],
    [
      'consumer',
      'hook',
      { consumersOf: (n) => (n === 'im-b' ? [consumerThat({ start: refuse })] : []) },
    ],
  ];
  for (const [what, name, options] of broken) {
    it(`a backup says that its ${what} does not start, and the owner goes on`, async () => {
      await open(options);
      await pair.a.start();
      const message = `${name} did not start: no file`;
      await assert.rejects(pair.b.start(), { code: 'IM_KERNEL_START', message });
      assert.deepEqual(await stands(), ['1 im-a', ['im-a']]);
      assert.equal(pair.a.serves, true);
    });
  }

  it('a backup starts its guards and consumers, and shows them nothing', async () => {
    const notes: string[] = [];
    const note = (what: string): void => void notes.push(what);
    await open({
      guardsOf: (n) => [
        guardThat({
          start: async () => note(`${n} guard starts`),
          look: () => {
            note(`${n} looks`);
            return allow();
          },
        }),
      ],
      consumersOf: (n) => [
        consumerThat({
          start: async () => note(`${n} consumer starts`),
          consume: async () => note(`${n} consumes`),
        }),
      ],
    });
    await pair.a.start();
    await pair.b.start();
    const starts = ['im-a guard', 'im-a consumer', 'im-b guard', 'im-b consumer'];
    assert.deepEqual(
      notes.splice(0),
      starts.map((one) => `${one} starts`),
    );
    const ann = await pair.a.stage.join('ann');
    await ann.accepted(ann.send('d/ann/bob', 'one'));
    await pair.pass(1_000);
    assert.deepEqual(notes.splice(0), ['im-a looks', 'im-a consumes']);
    await pair.pass(2 * LEASE_MS);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    const again = await pair.b.stage.join('ann');
    await again.accepted(again.send('d/ann/bob', 'two', { number: 2 }));
    await pair.pass(1_000);
    assert.deepEqual(notes, ['im-b looks', 'im-b consumes']);
  });

  it('a node of a pair takes nothing where it cannot listen', async () => {
    await open();
    pair.a.stage.loopback.start = refuse;
    await assert.rejects(pair.a.start(), { message: /did not start: no file/ });
    assert.deepEqual(await stands(), ['0 undefined', []]);
    await pair.b.start();
    assert.deepEqual(await stands(), ['1 im-b', ['im-b']]);
  });

  it('a node that is alone takes nothing where it cannot listen', async () => {
    await open();
    const stage = new Stage({ between: () => new Access(pair.shared).store });
    stage.loopback.start = refuse;
    await assert.rejects(stage.node.start(), { message: /did not start: no file/ });
    assert.deepEqual(await stands(), ['0 undefined', []]);
    await stage.stop();
  });

  it('a node that is alone lets who comes early wait for it', async () => {
    await open();
    const { store } = new Access(pair.shared);
    const looked = Promise.withResolvers<void>();
    const look: typeof store.ownership.look = () => {
      return looked.promise.then(() => store.ownership.look());
    };
    const ownership = inBetween(store.ownership, { look });
    const stage = new Stage({ between: () => inBetween(store, { ownership }) });
    const starting = stage.node.start();
    await stage.rest();
    const ann = stage.connect();
    ann.hello('ann');
    await stage.rest();
    assert.deepEqual(ann.log, []);
    looked.resolve();
    await starting;
    assert.equal((await ann.next('welcome')).user, 'ann');
    await stage.stop();
  });
});
