import assert from 'node:assert/strict';
import { AdminProblem } from '../../../core/admin/client/admin-problem.ts';
import { Members } from '../../../tui/link/members.ts';
import { Store } from '../../../tui/link/store.ts';
import { connectionOf } from '../../../tui/model/connection.ts';
import { emptyData } from '../../../tui/model/data.ts';
import { listOf, newUi } from '../../../tui/model/ui.ts';
import { textOf } from '../../../tui/draw/line.ts';
import { footer } from '../../../tui/screens/footer.ts';
import { header } from '../../../tui/screens/header.ts';
import { top, type TopOptions } from '../../../tui/top.ts';
import { FakeCluster } from '../../tui/fake-cluster.ts';

const TARGETS = [{ name: 'im-a', url: 'http://im-a:7490' }];
const COLUMNS = 160;

const busy = new AdminProblem('im-a', 'IM_ADMIN_BUSY', 'there are 16 streams', 503, 'Close one.');
const stranger = new AdminProblem('im-a', 'IM_ADMIN_TOKEN', 'no token was given', 401);
const badly = new AdminProblem('im-a', 'IM_ADMIN_INPUT', 'it is too long', 400);

class Watched {
  readonly cluster = new FakeCluster();
  readonly store: Store;
  readonly members: Members;
  /** Streams that were asked for. */
  tries = 0;

  constructor(refusal: FakeCluster['refusal'], targets = TARGETS) {
    const { cluster } = this;
    cluster.refusal = (node, topics) => {
      this.tries += 1;
      return refusal(node, topics);
    };
    const ui = newUi({ columns: COLUMNS, rows: 24, screen: 'sessions' });
    this.store = new Store({ data: emptyData(cluster.now()), ui }, cluster);
    const { now, after, random, connect } = cluster;
    this.members = new Members(targets, {
      now,
      after,
      random,
      connect,
      state: () => this.store.state,
      dispatch: (action) => this.store.dispatch(action),
    });
    this.store.subscribe(() => this.members.look());
    this.store.run(() => this.members.look());
  }

  press(text: string, name?: 'enter'): void {
    for (const letter of name ? [''] : Array.from(text)) {
      this.store.press({ name, text: letter, ctrl: false, shift: false });
    }
  }

  get heads(): string {
    return textOf(header(this.store.state, COLUMNS, '0.1.0')).trimEnd();
  }

  get foot(): string {
    return textOf(footer(this.store.state, COLUMNS)).trimEnd();
  }

  get says(): string {
    const { data } = this.store.state;
    return connectionOf(data, data.now).state;
  }

  end(): void {
    this.store.stop();
    this.members.stop();
  }
}

describe('a stream that a node refuses', () => {
  it('is REFUSED, not DOWN, where all streams are taken; it is tried again slowly', async () => {
    let isFull = true;
    const watched = new Watched(() => (isFull ? busy : undefined));
    await watched.cluster.advance(1_000);
    assert.equal(watched.says, 'REFUSED');
    assert.match(
      watched.heads,
      /REFUSED by im-a: IM_ADMIN_BUSY, next try \d\.\d s: there are 16 streams/,
    );
    await watched.cluster.advance(10_000);
    assert.ok(watched.tries >= 2 && watched.tries <= 4, `${watched.tries} tries`);
    isFull = false;
    await watched.cluster.advance(6_000);
    assert.equal(watched.says, 'LIVE');
    watched.end();
  });

  it('is told of a node that serves, while the other answers', async () => {
    const both = [...TARGETS, { name: 'im-b', url: 'http://im-b:7490' }];
    const watched = new Watched((node) => (node === 'im-a' ? busy : undefined), both);
    await watched.cluster.advance(2_000);
    assert.match(watched.heads, /REFUSED by im-a: IM_ADMIN_BUSY/);
    watched.end();
  });

  it('is DENIED without a token, and not tried again before it is asked for', async () => {
    const watched = new Watched(() => stranger);
    await watched.cluster.advance(30_000);
    assert.equal(watched.says, 'DENIED');
    assert.equal(watched.tries, 1);
    watched.members.reconnect();
    assert.equal(watched.tries, 2);
    watched.end();
  });

  it('puts a filter back that the node does not take, and says why', async () => {
    const watched = new Watched((_, topics) =>
      topics.some((topic) => topic.includes('filter=wrong')) ? badly : undefined,
    );
    const filter = (): string => listOf(watched.store.state.ui).filter;
    await watched.cluster.advance(1_000);
    watched.press('/ann');
    watched.press('', 'enter');
    await watched.cluster.advance(1_000);
    assert.equal(filter(), 'ann');
    watched.press('/');
    for (let i = 0; i < 'ann'.length; i++) {
      watched.store.press({ name: 'backspace', text: '', ctrl: false, shift: false });
    }
    watched.press('wrong');
    watched.press('', 'enter');
    assert.equal(filter(), 'wrong');
    await watched.cluster.advance(1_000);
    assert.equal(filter(), 'ann');
    assert.match(watched.foot, /the filter is as it was: IM_ADMIN_INPUT it is too long/);
    assert.equal(watched.store.state.data.untold, undefined, 'rows come again');
    watched.end();
  });

  it('says once why a screen is told nothing, while the rest is live', async () => {
    const watched = new Watched((_, topics) => (topics.includes('cluster') ? undefined : busy));
    await watched.cluster.advance(1_000);
    assert.match(watched.foot, /IM_ADMIN_BUSY there are 16 streams; it is tried again slowly/);
    const { tries } = watched;
    await watched.cluster.advance(10_000);
    assert.match(watched.heads, /IM_ADMIN_BUSY ● live via im-a/);
    assert.doesNotMatch(watched.foot, /IM_ADMIN_BUSY/, 'the keys are there again');
    assert.ok(watched.tries - tries <= 2, `${watched.tries - tries} tries`);
    watched.end();
  });

  it('ends `im top` with what was refused, before there is a picture', async () => {
    const cluster = new FakeCluster();
    cluster.refusal = () => busy;
    const options: TopOptions = {
      targets: [...TARGETS, { name: 'im-z', url: 'http://im-z:7490' }],
      look: { ascii: false, version: '0.1.0' },
      readOnly: false,
      colours: false,
      once: true,
      columns: COLUMNS,
      rows: 30,
    };
    cluster.dead.add('im-z');
    const ending = top(options, cluster);
    await cluster.advance(500);
    const ended = await ending;
    assert.ok(ended.kind === 'refused');
    assert.equal(ended.problem.code, 'IM_ADMIN_BUSY');
  });
});
