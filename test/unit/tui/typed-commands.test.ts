import assert from 'node:assert/strict';
import type { Trace } from '../../../core/path/trace/trace.ts';
import { Members } from '../../../tui/link/members.ts';
import { Store } from '../../../tui/link/store.ts';
import { readCommand } from '../../../tui/model/command.ts';
import { twinOfScreen } from '../../../tui/model/copying.ts';
import { reduce } from '../../../tui/model/state.ts';
import { emptyData } from '../../../tui/model/data.ts';
import { listOf, newUi } from '../../../tui/model/ui.ts';
import { wantsOf } from '../../../tui/model/wants.ts';
import { textOf } from '../../../tui/draw/line.ts';
import { picture } from '../../../tui/screens/picture.ts';
import { FakeCluster } from '../../tui/fake-cluster.ts';
import { conversationList, WALL_MS } from '../../tui/fake-views.ts';
import { Keys } from './keys.ts';

function typed(command: string): Keys {
  return new Keys('overview').type(':', command, 'enter');
}

function shown({ state }: Keys): string {
  return picture(state, { ascii: false, version: '0.1.0' }).map(textOf).join('\n');
}

/** Views of what the screen asks for. */
function answered(keys: Keys, views: Readonly<Record<string, unknown>>): void {
  const frame = {
    at: WALL_MS,
    skipped: 0,
    views: Object.fromEntries(
      wantsOf(keys.state.ui).topics.map((topic) => {
        return [topic, { view: views[topic.split('?')[0] ?? ''] }];
      }),
    ),
  };
  keys.state = reduce(keys.state, { kind: 'views', frame } as never, 1);
}

const ID = '01a20905-f49e-72c2-b787-335b683b3b8c';

const traced: Trace = {
  key: { conversation: 'd/alice/bob', position: 7 },
  nodes: [{ node: 'im-a', now: WALL_MS, commandsForgotten: 0, hopsForgotten: 0, leftOut: 0 }],
  command: { id: ID, conversation: 'd/alice/bob', number: 1, user: 'alice', device: 'chat' },
  hops: [{ at: WALL_MS, node: 'im-a', hop: 'received', user: 'alice', device: 'chat' }],
};

describe('a command for a message', () => {
  it('asks for its life, once, and shows it', () => {
    const keys = typed('trace d/alice/bob 7');
    const input = { message: 'd/alice/bob', position: 7 };
    assert.deepEqual(keys.effects, [{ kind: 'ask', verb: 'trace', input }]);
    keys.state = reduce(keys.state, { kind: 'told', verb: 'trace', input, output: traced }, 1);
    assert.match(shown(keys), /Trace of d\/alice\/bob 7 [^]* by im-a /);
    assert.match(shown(keys), /12:04:32\.000 {2}im-a +received +from alice\/chat/);
    assert.equal(twinOfScreen(keys.state), 'im trace d/alice/bob 7');
    assert.ok(wantsOf(keys.state.ui).topics.every((topic) => topic.startsWith('conversations?')));
    assert.equal(keys.type('t').state.ui.prompt?.text, 'trace d/alice/bob 7');
    assert.equal(keys.type('escape', 'escape').state.ui.detail, undefined);
  });

  it('takes an id, and says what it does not take', () => {
    assert.equal(typed(`trace ${ID}`).effects.length, 1);
    for (const wrong of ['trace nosuch', 'trace d/alice/bob', 'trace d/alice/bob 0']) {
      const { state, effects } = typed(wrong);
      assert.deepEqual(effects, [], wrong);
      assert.equal(state.ui.toast?.tone, 'bad', wrong);
    }
  });

  it('is begun by t, with the latest of the conversation that is chosen', () => {
    const keys = new Keys('conversations');
    assert.match(keys.type('t').state.ui.toast?.text ?? '', /no conversation/);
    answered(keys, { conversations: conversationList });
    const [first] = conversationList.rows;
    assert.equal(keys.type('t').state.ui.prompt?.text, `trace ${first?.id} ${first?.head}`);
  });
});

describe('a message that several nodes know of', () => {
  it('is asked of each that is there', async () => {
    const cluster = new FakeCluster();
    const targets = ['im-a', 'im-b', 'im-c'].map((name) => ({ name, url: `http://${name}:7490` }));
    const ui = newUi({ columns: 80, rows: 24 });
    const store = new Store({ data: emptyData(cluster.now()), ui }, cluster);
    const { now, after, random, connect } = cluster;
    const members = new Members(targets, {
      now,
      after,
      random,
      connect,
      state: () => store.state,
      dispatch: (action) => store.dispatch(action),
    });
    await cluster.advance(1_000);
    cluster.kill('im-c');
    await cluster.advance(10);
    cluster.answers.set('trace', traced);
    await members.ask('trace', { message: 'd/alice/bob', position: 7 });
    const asked = cluster.asked.filter(({ verb }) => verb === 'trace').map(({ node }) => node);
    assert.deepEqual(asked, ['im-a', 'im-b']);
    assert.equal(store.state.ui.detail?.key, 'd/alice/bob 7');
    members.stop();
    store.stop();
  });
});

describe('what is typed after a colon', () => {
  it('takes an option with its value in one word', () => {
    const { ui } = typed('sessions --sort=-ageMs --filter state:live').state;
    assert.equal(ui.screen, 'sessions');
    assert.deepEqual([listOf(ui).sort, listOf(ui).filter], ['-ageMs', 'state:live']);
  });

  it('is filled in from the screen: the epoch that is seen', () => {
    const { ui } = typed('cluster switchover --to im-b').state;
    assert.deepEqual(ui.dialog?.input, { to: 'im-b', expectEpoch: 17 });
    const other = typed('switchover --to im-b --expect-epoch 16').state.ui;
    assert.deepEqual(other.dialog?.input, { to: 'im-b', expectEpoch: 16 });
  });

  it('knows the words of the command line, and which of them are for a shell', () => {
    for (const [word, screen] of [
      ['status', 'cluster'],
      ['tail', 'events'],
      ['top', 'overview'],
      ['dead-letters', 'dead-letters'],
    ] as const) {
      assert.equal(typed(word).state.ui.screen, screen);
    }
    assert.match(typed('doctor').state.ui.toast?.text ?? '', /im doctor in a shell/);
  });

  it('shows acts, and events again; of a level only what is as bad', () => {
    const keys = typed('acts');
    assert.deepEqual([keys.state.ui.screen, keys.state.ui.acts], ['events', true]);
    keys.type(':', 'events', 'enter');
    assert.equal(keys.state.ui.acts, false);
    const { ui } = typed('events --level warn').state;
    assert.equal(listOf(ui).filter, '!level=debug !level=info');
  });

  it('lets a level be chosen where none is named', () => {
    assert.equal(typed('log level').state.ui.dialog?.choices.length, 4);
    assert.equal(typed('log level warn').effects.length, 1);
  });

  it('says what is wrong in plain words', () => {
    for (const [text, why] of [
      ['log level loud', /level: "loud" is none of debug, info, warn, error/],
      ['cluster switchover', /cluster switchover: to is missing/],
      ['sessions --limit many', /limit: "many" is no number/],
      ['sessions --limit 1001', /limit: at most 1000"/],
      ['sessions --limit 0', /limit: at least 1"/],
      [`plugin show ${'x'.repeat(64)}`, /name: at most 63 characters/],
      ['dead-letter show hook d/a/b x', /position: "x" is no number/],
    ] as const) {
      assert.match(JSON.stringify(readCommand(text)).replaceAll('\\', ''), why);
    }
  });
});
