import assert from 'node:assert/strict';
import type { Refused } from '../../core/wire/frames.ts';
import { closeStages, openStage, pluck } from './stage.ts';

const TALK = 'd/ann/bob';

describe('the protocol, over several lanes and small batches', () => {
  afterEach(closeStages);

  for (const lanes of [1, 4]) {
    it(`keeps the order of each conversation with ${lanes} in work at once`, async () => {
      const limits = { lanes, laneBatch: 3, conversationsCached: 16, sendersCached: 8 };
      const stage = await openStage({ limits });
      const names = Array.from({ length: 40 }, (_, at) => `g/t${at}`);
      const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
      const all = names.flatMap((name) => ann.act(name, 'group.create', { user: ['bob'] }));
      for (let round = 0; round < 5; round += 1) {
        for (const name of names) all.push(ann.act(name, 'group.rename', { title: `r${round}` }));
      }
      for (const command of all) {
        assert.equal((await ann.accepted(command)).position, command.number);
      }
      const seen = new Map<string, number>();
      for (let left = all.length; left > 0; left -= 1) {
        const { conversation, position } = await bob.next('deliver');
        assert.equal(position, (seen.get(conversation) ?? 0) + 1);
        seen.set(conversation, position);
        bob.received(conversation, position);
      }
      const { item } = await bob.ask('conversations', { limit: 500 });
      assert.deepEqual(
        pluck(item, 'title'),
        names.map(() => 'r4'),
      );
    });
  }

  it('keeps a number that was refused for now for the id that it was given to', async () => {
    const stage = await openStage({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'x'));
    const owed = ann.send(TALK, 'y');
    assert.equal(await ann.fate(owed), 'rate-limited');
    await stage.pass(2_000);
    const other = (await ann.answer(ann.send(TALK, 'z', { number: owed.number }))) as Refused;
    assert.deepEqual([other.code, other.expected], ['conflict', owed.number + 1]);
    await stage.pass(2_000);
    ann.say(owed);
    assert.equal(await ann.fate(owed), 'accepted');
  });

  it('says busy when too much waits in a lane, and goes on after it', async () => {
    const stage = await openStage({ limits: { laneQueue: 2, laneBatch: 1 } });
    const ann = await stage.join('ann');
    const sent = Array.from({ length: 8 }, () => ann.send(TALK, 'x'));
    ann.say({ type: 'ping', id: 1 });
    const fates: string[] = [];
    for (const command of sent) fates.push(await ann.fate(command));
    const first = fates.indexOf('busy');
    assert.ok(first > 0, fates.join());
    assert.ok(fates.slice(first).every((fate) => fate === 'busy'));
    for (const command of sent.slice(first)) {
      ann.say(command);
      assert.equal(await ann.fate(command), 'accepted');
    }
    const { item } = await ann.ask('history', { conversation: TALK });
    assert.deepEqual(pluck(item, 'id'), pluck(sent, 'id'));
  });
});
