import assert from 'node:assert/strict';
import type { Entry, Range } from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { closeStages, openStage } from './stage.ts';

const TEA = 'g/tea';

describe('the protocol, receipts of a newcomer (§4)', () => {
  afterEach(closeStages);

  it('are told without reading what was said before it came', async () => {
    const ranges: Range[] = [];
    const stage = await openStage({
      limits: { tailEntries: 2 },
      between: (store) =>
        inBetween(store, {
          readConversation: (name: string, range: Range): Promise<readonly Entry[]> => {
            ranges.push(range);
            return store.readConversation(name, range);
          },
        }),
    });
    const [ann, cid] = [await stage.join('ann'), await stage.join('cid')];
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['cid'] }));
    for (let said = 0; said < 20; said += 1) await ann.accepted(ann.send(TEA, 'before'));
    cid.received(TEA, 21);
    await stage.keepProgress();
    const { position } = await ann.accepted(ann.act(TEA, 'group.add', { user: ['bob'] }));
    const bob = await stage.join('bob');
    for (let said = 0; said < 8; said += 1) await ann.accepted(ann.send(TEA, 'after'));
    await stage.keepProgress();
    ann.take('receipt');
    ranges.length = 0;
    bob.received(TEA, position + 8);
    await stage.keepProgress();
    const told = ann.take('receipt').find(({ user }) => user === 'bob');
    assert.equal(told?.received, position + 8);
    assert.ok(ranges.length > 0, 'the tail is too short to tell the authors');
    for (const { after } of ranges) assert.ok(after >= position - 1, `read from ${after}`);
  });
});
