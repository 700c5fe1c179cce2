import assert from 'node:assert/strict';
import { ImError, type Persistence } from 'im-kernel/contract';
import type { LogLine } from 'im-kernel/kit';
import { inBetween } from './in-between.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

const SECRET = 'canary-7c1e';

function ended(stage: Stage, level: LogLine['level']): readonly LogLine['fields'][] {
  return stage.lines
    .filter((line) => line.level === level && line.message.endsWith('was ended'))
    .map(({ fields }) => fields);
}

/** A store in which nobody can be greeted. */
function failing(error: Error): (store: Persistence) => Persistence {
  const registerDevice = async (): Promise<never> => {
    throw error;
  };
  return (store) => inBetween(store, { registerDevice });
}

describe('the protocol, what is logged of connections that the server ends (P19)', () => {
  afterEach(closeStages);

  it('says once who it was and why, when somebody else takes the place', async () => {
    const stage = await openStage();
    const older = await stage.join('ann');
    const { session } = older.log.find((frame) => frame.type === 'welcome') ?? {};
    await stage.join('ann');
    assert.equal(await older.lastWord(), 'session-replaced');
    const [line, ...more] = ended(stage, 'info');
    assert.deepEqual(more, []);
    assert.deepEqual(line, {
      session,
      user: 'ann',
      device: 'd1',
      address: older.wire.address,
      code: 'session-replaced',
      why: 'the device connected again',
    });
  });

  it('says once that a session was dropped, and of one that was told and stayed', async () => {
    const stage = await openStage();
    const silent = await stage.join('ann');
    silent.answersPings = false;
    const bad = await stage.join('bob');
    bad.hello('bob');
    assert.equal(await bad.lastWord(), 'malformed');
    await stage.pass(60_000);
    assert.equal(await silent.lastWord(), 'destroyed');
    const codes = ended(stage, 'info').map(({ user, code }) => `${String(user)} ${String(code)}`);
    assert.deepEqual(codes, ['bob malformed', 'ann silent']);
  });

  it('names the user who has too many connections', async () => {
    const stage = await openStage({ limits: { connectionsPerUser: 1 } });
    await stage.join('ann', 'd1');
    const second = stage.connect();
    second.hello('ann', 'd2');
    assert.equal(await second.lastWord(), 'too-many-connections');
    const [line] = ended(stage, 'info');
    assert.deepEqual([line?.user, line?.device], ['ann', 'd2']);
  });

  it('lets nobody who is not known fill the log', async () => {
    const stage = await openStage();
    const knocks = [stage.connect(), stage.connect()];
    knocks[0]?.hello('bad');
    knocks[1]?.send('d/ann/bob', 'before HELLO');
    for (const knock of knocks) assert.equal(await knock.lastWord(), 'unauthenticated');
    assert.deepEqual(ended(stage, 'info'), []);
    assert.equal(ended(stage, 'debug').length, 2);
    const said = stage.lines.filter(({ level }) => level !== 'debug');
    assert.deepEqual(
      said.filter(({ message }) => !message.endsWith('started')),
      [],
    );
  });

  it('takes a store that is away for no error of each client that comes meanwhile', async () => {
    const away = new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    for (const [error, word, times] of [
      [away, 'not-ready', 0],
      [new Error('oops'), 'internal', 1],
    ] as const) {
      const stage = await openStage({ between: failing(error) });
      const ann = stage.connect();
      ann.hello('ann');
      assert.equal(await ann.lastWord(), word);
      assert.equal(stage.lines.filter(({ level }) => level === 'error').length, times);
    }
  });

  it('shows no token and no body, whatever goes wrong', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    ann.send('g/none', SECRET);
    ann.send('d/ann/bob', SECRET, { mediaType: SECRET.repeat(99) });
    ann.say({ type: 'signal', conversation: 'd/ann/bob', kind: SECRET });
    ann.say({ type: 'hello', version: 1, token: SECRET, device: 'd1' });
    assert.equal(await ann.lastWord(), 'malformed');
    const other = stage.connect();
    other.hello(SECRET, 'a device / ill-formed');
    assert.equal(await other.lastWord(), 'unauthenticated');
    assert.ok(stage.lines.length > 0);
    assert.ok(!JSON.stringify(stage.lines).includes(SECRET));
  });
});
