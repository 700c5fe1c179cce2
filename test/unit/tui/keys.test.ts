import assert from 'node:assert/strict';
import { VERBS, type Verb, type VerbName } from '../../../core/admin/verbs.ts';
import { complete, readCommand } from '../../../tui/model/command.ts';
import { sifts } from '../../../tui/model/sift.ts';
import { SCREENS } from '../../../tui/model/screens.ts';
import { reduce } from '../../../tui/model/state.ts';
import { twinOf } from '../../../tui/model/twin.ts';
import { listOf } from '../../../tui/model/ui.ts';
import { wantsOf } from '../../../tui/model/wants.ts';
import { deadLetters } from '../../tui/fake-dead-letters.ts';
import { sessionAt } from '../../tui/fake-sessions.ts';
import { WALL_MS } from '../../tui/fake-views.ts';
import { Keys } from './keys.ts';

/** After the dry run of a reload that has found no setting to change. */
function unchanged(parts: readonly object[]): Keys {
  const keys = new Keys('config').type('r');
  const output = { applied: false, hash: 'abc', changes: [], parts };
  const input = { dryRun: true };
  keys.state = reduce(keys.state, { kind: 'told', verb: 'reload', input, output }, 1);
  return keys;
}

describe('keys', () => {
  it('of every verb in the table open what its danger asks for', () => {
    const keyed = (Object.keys(VERBS) as VerbName[]).filter(
      (name) => VERBS[name].key !== undefined,
    );
    assert.ok(keyed.length >= 6);
    for (const name of keyed) {
      const { screen, key = '', danger, permission }: Verb = VERBS[name];
      if (!screen || permission === 'read') continue;
      const keys = new Keys(screen).type('down', key);
      const asked =
        keys.state.ui.dialog?.verb ??
        keys.effects.map((one) => (one.kind === 'ask' ? one.verb : ''))[0];
      assert.equal(asked, name);
      const reads = new Keys(screen, 'read').type('down', key);
      assert.equal(reads.state.ui.dialog, undefined, `${name} with a token that only reads`);
      assert.equal(reads.effects.length, 0);
      assert.ok(danger > 0);
    }
  });

  it('of danger 2 take y, and no by themselves', () => {
    const asked = new Keys('sessions').type('down', 'd');
    assert.deepEqual(asked.type('enter').effects, []);
    asked.type('d', 'y');
    assert.deepEqual(asked.effects, [
      { kind: 'ask', verb: 'session disconnect', input: { id: sessionAt(1).id } },
    ]);
  });

  it('act on the dead letter that is chosen, or open', () => {
    const [first, second] = deadLetters.map(({ consumer, conversation, position }) => {
      return { consumer, conversation, position };
    });
    const keys = new Keys('dead-letters').type('down', 'X', 'y', 'up', 'enter', 'R', 'y');
    assert.deepEqual(keys.effects, [
      { kind: 'ask', verb: 'dead-letter discard', input: second },
      { kind: 'ask', verb: 'dead-letter retry', input: first },
    ]);
    assert.equal(new Keys('plugins').type('l').state.ui.screen, 'dead-letters');
    const shown = new Keys('plugins').type(':', 'dead-letter show hook d/ann/bob 7', 'enter');
    assert.equal(shown.state.ui.detail?.key, 'hook d/ann/bob 7');
  });

  it('of danger 3 take the name of the target, of danger 4 cluster and epoch', () => {
    const change = new Keys('cluster').type('down', 's', 'im-', 'enter');
    assert.deepEqual(change.effects, []);
    change.type('b', 'enter');
    const input = { to: 'im-b', expectEpoch: 17 };
    assert.deepEqual(change.effects, [{ kind: 'ask', verb: 'cluster switchover', input }]);
    const take = new Keys('cluster').type(
      'down',
      'F',
      'im-b',
      'enter',
      'escape',
      'F',
      'prod-eu 17',
      'enter',
    );
    assert.deepEqual(take.effects, [{ kind: 'ask', verb: 'cluster takeover', input }]);
  });

  it('of a reload show first what would change, and then ask for just that', () => {
    const keys = new Keys('config').type('r');
    const dry = { dryRun: true };
    assert.deepEqual(keys.effects, [{ kind: 'ask', verb: 'reload', input: dry }]);
    const output = {
      applied: false,
      hash: 'abc',
      changes: [{ path: 'log.level', before: 'info', after: 'warn', how: 'live' }],
      parts: [],
    };
    keys.state = reduce(keys.state, { kind: 'told', verb: 'reload', input: dry, output }, 1);
    assert.deepEqual(keys.state.ui.dialog?.facts, ['log.level: info → warn  live']);
    keys.type('y');
    assert.deepEqual(keys.effects[1], { kind: 'ask', verb: 'reload', input: { expect: 'abc' } });
  });

  it('of a reload ask, too, where only files are read again, and not where nothing is', () => {
    const { dialog } = unchanged([{ part: 'tcp', became: 'new' }]).state.ui;
    assert.deepEqual(dialog?.facts, ['tcp is taken up anew']);
    assert.equal(unchanged([]).state.ui.dialog, undefined);
  });

  it('do nothing that acts while nobody answers', () => {
    const keys = new Keys('sessions');
    keys.state = reduce(keys.state, { kind: 'tick' }, 10_000);
    keys.type('d');
    assert.equal(keys.state.ui.dialog, undefined);
    assert.match(keys.state.ui.toast?.text ?? '', /LOST/);
  });

  it('move the choice, which stays on its row when rows change places', () => {
    const keys = new Keys('sessions').type('down', 'down');
    assert.equal(listOf(keys.state.ui).key, sessionAt(2).id);
    const rows = [sessionAt(2), sessionAt(0), sessionAt(1)];
    const [topic = ''] = wantsOf(keys.state.ui).topics;
    const frame = { at: WALL_MS, skipped: 0, views: { [topic]: { view: { total: 3, rows } } } };
    keys.state = reduce(keys.state, { kind: 'views', frame }, 1);
    assert.equal(listOf(keys.state.ui).index, 0);
  });

  it('scroll ten thousand rows and ask only for those around', () => {
    const keys = new Keys('sessions').type('end');
    const { index, top } = listOf(keys.state.ui);
    assert.deepEqual([index, top], [9_999, 10_000 - 18]);
    assert.match(wantsOf(keys.state.ui).topics[0] ?? '', /limit=200&offset=9900$/);
  });

  it('freeze the picture while the data go on', () => {
    const keys = new Keys('sessions').type('z');
    const frozen = keys.state.ui.frozen;
    keys.state = reduce(keys.state, { kind: 'tick' }, 1_000);
    assert.equal(keys.state.ui.frozen, frozen);
    assert.equal(keys.type('z').state.ui.frozen, undefined);
  });

  it('act on all sessions that are marked, asked once, and then none is', () => {
    const keys = new Keys('sessions').type(' ', 'down', ' ', ' ', 'up', ' ');
    assert.deepEqual([...keys.state.ui.marked.keys()], [sessionAt(0).id, sessionAt(2).id]);
    keys.type('d');
    assert.match(keys.state.ui.dialog?.title ?? '', /2 marked/);
    assert.match(keys.state.ui.dialog?.facts[0] ?? '', /^judy0 on web, alice62 on droid\.$/);
    assert.deepEqual(keys.type('enter').effects, []);
    assert.equal(keys.state.ui.marked.size, 2);
    const inputs = [0, 2].map((at) => ({ id: sessionAt(at).id }));
    keys.type('d', 'y');
    assert.deepEqual(keys.effects, [{ kind: 'each', verb: 'session disconnect', inputs }]);
    assert.equal(keys.state.ui.marked.size, 0);
    assert.equal(keys.type(' ', 'escape').state.ui.marked.size, 0);
  });

  it('act on the session that is open, though it has left the list', () => {
    const keys = new Keys('sessions').type('down', 'enter');
    const [topic = ''] = wantsOf(keys.state.ui).topics;
    const view = { total: 1, rows: [sessionAt(5)] };
    const frame = { at: WALL_MS, skipped: 0, views: { [topic]: { view } } };
    keys.state = reduce(keys.state, { kind: 'views', frame }, 1);
    keys.type('d', 'y');
    const input = { id: sessionAt(1).id };
    assert.deepEqual(keys.effects, [{ kind: 'ask', verb: 'session disconnect', input }]);
  });

  it('lead from a session to the conversations of its user, and back', () => {
    const keys = new Keys('sessions').type('down', 'c');
    assert.match(
      wantsOf(keys.state.ui).topics[0] ?? '',
      /^conversations\?.*filter=member%3Dfrank31$/,
    );
    assert.equal(keys.type('-').state.ui.screen, 'sessions');
    assert.equal(keys.type('-').state.ui.screen, 'conversations');
    assert.equal(keys.type('escape').state.ui.screen, 'conversations');
  });

  it('of a filter send it to the server as it is', () => {
    const keys = new Keys('sessions').type('/', 'state:live queue>9', 'enter');
    assert.match(wantsOf(keys.state.ui).topics[0] ?? '', /filter=state%3Alive\+queue%3E9$/);
    assert.doesNotMatch(wantsOf(keys.type('escape').state.ui).topics[0] ?? '', /filter/);
  });
});

describe('commands', () => {
  it('are the command line without im', () => {
    assert.deepEqual(readCommand('q'), { kind: 'quit' });
    assert.deepEqual(readCommand('sessions state:slow'), {
      kind: 'screen',
      screen: 'sessions',
      filter: 'state:slow',
      acts: false,
    });
    const input = { to: 'im-b', expectEpoch: 17 };
    assert.deepEqual(readCommand('cluster switchover --to im-b --expect-epoch 17'), {
      kind: 'verb',
      verb: 'cluster switchover',
      input,
    });
    assert.deepEqual(readCommand('plugin show push'), {
      kind: 'verb',
      verb: 'plugin show',
      input: { name: 'push' },
    });
  });

  it('that are wrong say why, and what was meant', () => {
    assert.match(JSON.stringify(readCommand('clutser')), /did you mean cluster\?/);
    assert.match(JSON.stringify(readCommand('cluster switchover --too im-b')), /takes no --too/);
    assert.match(JSON.stringify(readCommand('session disconnect')), /session disconnect: id/);
  });

  it('are completed: verbs, and the names of things', () => {
    assert.equal(complete('plugi', []).text, 'plugin');
    assert.equal(complete('cluster s', []).text, 'cluster switchover ');
    assert.equal(
      complete('cluster switchover --to im-', ['im-b', 'x']).text,
      'cluster switchover --to im-b ',
    );
  });

  it('are what Y copies', () => {
    assert.equal(
      twinOf('session disconnect', { id: "a'b" }),
      String.raw`im session disconnect 'a'\''b'`,
    );
    assert.equal(
      twinOf('cluster takeover', { to: 'b', expectEpoch: 2, force: true }),
      'im cluster takeover --to b --expect-epoch 2 --force',
    );
  });

  it('know every screen', () => {
    for (const { screen } of SCREENS) assert.equal(readCommand(screen).kind, 'screen');
  });
});

describe('a filter here', () => {
  it('has the words of the one at the server', () => {
    const row = { level: 'warn', node: 'im-a', message: 'a device is slow', queue: 612 };
    for (const yes of [
      '',
      'slow',
      'level:warn',
      'queue>600',
      '!error',
      'DEVICE node:im-a',
      'node=im-a',
    ])
      assert.ok(sifts(yes)(row), yes);
    for (const no of ['error', 'level:info', 'queue<600', '!slow', 'slow node:im-b', 'node=im'])
      assert.ok(!sifts(no)(row), no);
  });
});
