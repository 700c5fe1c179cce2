import assert from 'node:assert/strict';
import { closeStages, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';

describe('two nodes in one process', () => {
  afterEach(closeStages);

  it('share nothing: sessions, numbers and logs are each their own', async () => {
    const [one, other] = [await openStage(), await openStage()];
    const [ann, sameAnn] = [await one.join('ann'), await other.join('ann')];
    const [bob, sameBob] = [await one.join('bob'), await other.join('bob')];
    await ann.accepted(ann.send(TALK, 'here'));
    assert.equal((await bob.next('deliver')).position, 1);
    assert.deepEqual(sameBob.take('deliver'), []);
    const second = sameAnn.send(TALK, 'there');
    assert.equal((await sameAnn.accepted(second)).position, 1);
    const { item } = await sameBob.ask('history', { conversation: TALK });
    assert.deepEqual(pluck(item, 'id'), [second.id]);
    ann.wire.vanish();
    await one.rest();
    await sameAnn.accepted(sameAnn.send(TALK, 'still here'));
  });
});
