import assert from 'node:assert/strict';
import type {
  ClusterView,
  EventView,
  Frame,
  Overview,
} from '../../../core/admin/protocol/index.ts';
import { connectionOf } from '../../../tui/model/connection.ts';
import {
  blindness,
  emptyData,
  reduceData,
  type Data,
  type DataAction,
} from '../../../tui/model/data.ts';
import type { Problem } from '../../../tui/model/link.ts';
import { clusterOf, overviewOf, WALL_MS } from '../../tui/fake-views.ts';

const GONE: Problem = { code: 'IM_ADMIN_UNREACHABLE', message: 'no', act: undefined, status: 0 };

/** A story: what happened, and when. */
class Story {
  data: Data = emptyData(0);
  now = 0;

  happens(action: DataAction, afterMs = 0): this {
    this.now += afterMs;
    this.data = reduceData(this.data, action, this.now);
    return this;
  }

  known(...links: readonly string[]): this {
    for (const link of links) this.happens({ kind: 'link', link, learned: false });
    return this;
  }

  frame(link: string, overview: Partial<Overview> = {}, cluster: Partial<ClusterView> = {}): this {
    const views = {
      overview: { view: overviewOf(link, overview) },
      cluster: { view: clusterOf(cluster) },
    };
    const frame: Frame = { at: WALL_MS, skipped: 0, views };
    return this.happens({ kind: 'frame', link, frame });
  }

  closed(link: string, problem = GONE): this {
    return this.happens({ kind: 'closed', link, problem, retryAt: this.now + 100 });
  }

  pass(forMs: number): this {
    return this.happens({ kind: 'tick' }, forMs);
  }

  get says(): string {
    const { state, via } = connectionOf(this.data, this.now);
    return via === undefined ? state : `${state} ${via}`;
  }
}

const pair = (): Story => new Story().known('im-a', 'im-b').frame('im-a').frame('im-b');

describe('the connection', () => {
  it('is CONNECTING until somebody answers, and then LIVE via the active node', () => {
    const story = new Story().known('im-a', 'im-b');
    assert.equal(story.says, 'CONNECTING im-a');
    story.frame('im-b');
    assert.equal(story.data.preferred, 'im-b');
    story.frame('im-a');
    assert.equal(story.says, 'LIVE im-a');
    assert.equal(connectionOf(story.data, story.now).was, undefined);
  });

  it('is STALE after 1.5 s of silence, and LIVE again with the next frame', () => {
    const story = new Story().known('im-a').frame('im-a').pass(1_499);
    assert.equal(story.says, 'LIVE im-a');
    assert.equal(story.pass(1).says, 'STALE im-a');
    assert.equal(story.frame('im-a').says, 'LIVE im-a');
  });

  it('is LOST after 3 s of silence, though the stream is open', () => {
    const story = new Story().known('im-a').frame('im-a').pass(3_000);
    assert.equal(story.says, 'LOST im-a');
  });

  it('is LOST when the stream ends, ALL DOWN when nobody answers the next try either', () => {
    const story = pair().closed('im-a').closed('im-b');
    assert.equal(story.says, 'LOST im-b');
    assert.equal(story.closed('im-a').closed('im-b').says, 'ALL DOWN im-b');
    assert.equal(story.data.links[0]?.overview?.node, 'im-a', 'the last picture stays');
  });

  it('says LOST while the others still take the dead node for the active one', () => {
    assert.equal(pair().closed('im-a').frame('im-b').says, 'LOST im-b');
  });

  it('says NO LEADER when those that answer know of none, and for how long', () => {
    const story = pair()
      .closed('im-a')
      .pass(1_000)
      .frame('im-b', { active: undefined }, { active: undefined });
    assert.equal(story.says, 'NO LEADER im-b');
    assert.equal(connectionOf(story.data, story.now).ageMs, 1_000);
  });

  it('says NO LEADER of an owner whose lease is over, though it answers', () => {
    assert.equal(pair().frame('im-a', { standing: 'silent' }).says, 'NO LEADER im-a');
  });

  it('follows the new active node by itself, and tells for a while who it was', () => {
    const epoch = { epoch: 18, active: 'im-b' };
    const story = pair().closed('im-a').pass(900);
    const later = story.frame('im-b', { ...epoch, standing: 'active' }, epoch);
    assert.equal(later.says, 'RESUMING im-b');
    assert.equal(connectionOf(later.data, later.now).was, 'im-a');
    later
      .pass(4_900)
      .frame('im-b', { ...epoch, standing: 'active' }, epoch)
      .pass(200);
    assert.equal(later.says, 'LIVE im-b');
  });

  it('stays with the node that the operator named', () => {
    const story = new Story();
    story.data = emptyData(0, 'im-b');
    assert.equal(story.known('im-a', 'im-b').frame('im-a').frame('im-b').says, 'LIVE im-b');
  });

  it('is SPLIT when two say that they serve, and an alarm if at the same epoch', () => {
    const story = pair().frame('im-b', { standing: 'active', epoch: 18 });
    assert.equal(story.says, 'SPLIT im-b');
    assert.equal(connectionOf(story.data, story.now).alarm, false);
    story.frame('im-b', { standing: 'active', epoch: 17 });
    assert.equal(connectionOf(story.data, story.now).alarm, true);
  });

  it('is DENIED when the token is not taken', () => {
    const denied = { ...GONE, code: 'IM_ADMIN_TOKEN', status: 401 };
    assert.equal(new Story().known('im-a').closed('im-a', denied).says, 'DENIED im-a');
  });

  it('is SKEW when views cannot be read, and hides them rather than drawing them wrong', () => {
    const story = new Story().known('im-a').frame('im-a');
    const views = { store: { view: { type: 7 } } };
    story.happens({ kind: 'views', frame: { at: WALL_MS, skipped: 0, views } });
    assert.equal(story.says, 'SKEW im-a');
    assert.equal(story.data.views.get('store')?.view, undefined);
  });

  it('keeps the older picture of the cluster where nobody can look, and says that it is one', () => {
    const story = pair();
    const blind = (link: string, code: string): Story => {
      const views = { overview: { view: overviewOf(link) }, cluster: { code, message: 'away' } };
      return story.happens({ kind: 'frame', link, frame: { at: WALL_MS, skipped: 0, views } });
    };
    blind('im-a', 'IM_STORE_AWAY');
    assert.equal(blindness(story.data), undefined, 'im-b still sees it');
    blind('im-b', 'IM_STORE_AWAY');
    assert.equal(blindness(story.data)?.code, 'IM_STORE_AWAY');
    assert.equal(story.data.links[0]?.cluster?.name, 'prod-eu');
    assert.equal(blindness(story.frame('im-a').data), undefined);
    blind('im-a', 'IM_CLUSTER_NONE');
    assert.equal(story.data.links[0]?.cluster, undefined, 'it is in none');
  });
});

describe('a takeover under one’s eyes', () => {
  it('is a timeline from the silence to the first command', () => {
    const story = pair().pass(200).closed('im-a').pass(800);
    const dead = clusterOf().nodes.map((one) =>
      one.node === 'im-a' ? { ...one, state: 'over' as const } : one,
    );
    story.frame('im-b', {}, { active: undefined, nodes: dead }).pass(500);
    const epoch = { epoch: 18, active: 'im-b' };
    story.frame('im-b', { ...epoch, standing: 'active', health: 'starting' }, epoch).pass(300);
    assert.equal(story.data.change?.endedAt, undefined);
    story.frame('im-b', { ...epoch, standing: 'active' }, epoch);
    const steps = story.data.change?.steps.map(({ atMs, what, node }) => `${atMs} ${what} ${node}`);
    assert.deepEqual(steps, [
      '0 silent im-a',
      '1000 over im-a',
      '1500 owns im-b',
      '1800 accepts im-b',
    ]);
    assert.equal(story.data.change?.endedAt, 1_800);
  });

  it('says of a process that has ended that it has, and not that its lease is over', () => {
    const story = pair().closed('im-a');
    const dead = (state: 'gone' | 'over') => {
      const nodes = clusterOf().nodes.map((one) => (one.node === 'im-a' ? { ...one, state } : one));
      story.frame('im-b', {}, { active: undefined, nodes });
    };
    dead('gone');
    dead('over');
    assert.deepEqual(
      story.data.change?.steps.map(({ what }) => what),
      ['silent', 'gone'],
    );
  });

  it('ends when the owner is there again under the same epoch', () => {
    const story = pair().closed('im-a').pass(700).frame('im-a');
    assert.deepEqual(
      story.data.change?.steps.map(({ what }) => what),
      ['silent', 'back'],
    );
  });

  it('is over only under a new epoch where the owner was started anew', () => {
    const story = pair().closed('im-a').pass(3_000).closed('im-b').pass(7_000);
    // The store names its former life still.
    story.frame('im-a', { health: 'starting' }).pass(500);
    assert.equal(story.data.change?.endedAt, undefined);
    const epoch = { epoch: 18 };
    story.frame('im-a', epoch, epoch);
    assert.deepEqual(
      story.data.change?.steps.map(({ atMs, what }) => `${atMs} ${what}`),
      ['0 silent', '10500 owns', '10500 accepts'],
    );
    assert.equal(story.data.change?.into, 18);
  });

  it('begins with the request when it is planned', () => {
    const planned = { to: 'im-b', epoch: 17, phase: 'asked', by: 'ops', at: WALL_MS };
    const story = pair().frame('im-a', {}, { planned });
    assert.equal(story.data.change?.steps[0]?.what, 'planned');
    assert.equal(connectionOf(story.data, story.now).state, 'LIVE');
  });

  it('is none where there is no cluster to follow', () => {
    const views = { overview: { view: overviewOf('solo', { standing: 'alone' }) } };
    const story = new Story().known('solo');
    story.happens({ kind: 'frame', link: 'solo', frame: { at: WALL_MS, skipped: 0, views } });
    assert.equal(story.closed('solo').data.change, undefined);
  });
});

function event(id: string, at: number): EventView {
  return { id, at, level: 'info', message: id, fields: {} };
}

describe('what happened', () => {
  it('is kept once, in the sequence of its time, from all nodes', () => {
    const story = pair();
    story.happens({ kind: 'event', link: 'im-a', event: event('a.1', 10) });
    story.happens({ kind: 'event', link: 'im-a', event: event('a.2', 30) });
    story.happens({ kind: 'event', link: 'im-b', event: event('b.1', 20) });
    story.happens({ kind: 'event', link: 'im-a', event: event('a.1', 10) });
    assert.deepEqual(
      story.data.events.map(({ id, node }) => `${node} ${id}`),
      ['im-a a.1', 'im-b b.1', 'im-a a.2'],
    );
  });
});
