import assert from 'node:assert/strict';
import type { LogLine } from 'im-kernel/kit';
import { closeStages, openStage, type Stage } from './stage.ts';

const SECRET = 'canary-7c1e';

function ended(stage: Stage, level: LogLine['level']): readonly LogLine['fields'][] {
  return stage.lines
    .filter((line) => line.level === level && line.message.endsWith('was ended'))
    .map(({ fields }) => fields);
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
