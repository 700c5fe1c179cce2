/** Views as the command line shows them: what a person looks for stands in one place. */
import assert from 'node:assert/strict';
import { shown } from '../../../cli/admin/show.ts';
import type { VerbName } from '../../../core/admin/verbs.ts';
import { orderingView } from '../../tui/fake-ordering.ts';
import * as views from '../../tui/fake-views.ts';

const io = { bold: (text: string) => text };

function said(verb: VerbName, view: unknown): string {
  return shown(verb, view, io);
}

describe('a view on the command line', () => {
  it('of a node tells what it is, how busy it is, and what is wrong with what to do', () => {
    const trouble = {
      part: 'push',
      state: 'degraded',
      why: 'answers 503',
      act: 'Mend it.',
    } as const;
    const view = views.overviewOf('im-b', { troubles: [{ ...trouble, code: 'IM_X' }] });
    const text = said('overview', view);
    assert.match(
      text,
      /^im-b {2}standby in prod-eu, epoch 17; im-a is active {2}running {2}up 3d04h/,
    );
    assert.match(text, /^delivered +206800 +512000000$/m);
    assert.match(text, /^commits +p50 1.4 ms, p90 3 ms, p99 18 ms, max 44 ms$/m);
    assert.match(text, /\n\npush is degraded: IM_X answers 503\n {2}Mend it\.$/);
  });

  it('of the cluster tells who serves, who could, and how that came about', () => {
    const text = said('cluster', views.clusterOf());
    assert.match(text, /^cluster prod-eu {2}epoch 17 {2}active im-a /);
    assert.match(text, /^im-c +standby, not ready +2.4 s .*IM_CLUSTER_CLOCK/m);
    assert.match(text, /^17 +2026-11-23T\S+ +im-a +im-b +failover +660 ms$/m);
    const problem = { by: 'im-b', code: 'IM_Y', message: 'clocks differ', act: 'Set them.' };
    const nobody = views.clusterOf({ active: undefined, problems: [problem] });
    assert.match(said('cluster', nobody), / active NOBODY; im-a was the last /);
    assert.match(
      said('cluster', nobody),
      /\nPROBLEM seen by im-b: IM_Y clocks differ\n {2}Set them\.$/,
    );
  });

  it('of the ordering tells how long readers hold, and each number of it on a row', () => {
    const text = said('ordering', orderingView);
    assert.match(text, /^direct {2}ordering \(central-sequencer\) {2}readers hold only at a gap/);
    assert.match(text, /^group .*readers hold for 18 ms, at most 200 ms$/m);
    assert.match(text, /^window_lateness_ms +189 +9.1 +33 +90 +101 +How long/m);
  });

  it('of plugins tells below the table what is wrong', () => {
    assert.match(
      said('plugins', views.pluginList),
      /\npush is degraded: IM_CONSUMER_FAILING answers 503\n/,
    );
  });

  it('of a conversation tells how far behind each member is', () => {
    assert.match(said('conversation show', views.conversationShown), /^bob64 .* 1204$/m);
  });

  it('of an act is a sentence; of a reload, what changes and how', () => {
    assert.equal(
      said('cluster switchover', { active: 'im-b', epoch: 18 }),
      'im-b owns the shards, epoch 18',
    );
    const change = { path: 'limits.window', before: '64', after: '32', how: 'live', taking: 'now' };
    const reloaded = { applied: false, hash: 'abc', changes: [change], parts: [] };
    assert.match(
      said('reload', reloaded),
      /^one change in the file, none of them taken\npath +before +after +how +taking\nlimits.window +64 +32 +live +now\nhash abc$/,
    );
  });

  it('steers no terminal', () => {
    const title = 'a\u001b[2Jb\u202ec\nd';
    const view = { ...views.conversationShown, title };
    assert.match(said('conversation show', view), /^title +a\[2Jbc d$/m);
  });
});
