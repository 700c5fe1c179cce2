import assert from 'node:assert/strict';
import type { Key } from 'ink';
import { reduce } from '../../../tui/model/state.ts';
import { withToast } from '../../../tui/model/ui.ts';
import { folded, line, lineWidth, span, textOf } from '../../../tui/draw/line.ts';
import { picture } from '../../../tui/screens/picture.ts';
import { pressesOf } from '../../../tui/presses.ts';
import { clusterOf, overviewOf, WALL_MS } from '../../tui/fake-views.ts';
import { Keys } from './keys.ts';

const LOOK = { ascii: false, version: '0.1.0' };

function rows({ state }: Keys): readonly string[] {
  return picture(state, LOOK).map(textOf);
}

function owns(keys: Keys, epoch: number, kind: 'failover' | 'switchover', now: number): void {
  const takeovers = [{ epoch, node: 'im-a', from: 'im-a', kind, at: WALL_MS, openMs: 3 }];
  const views = {
    overview: { view: overviewOf('im-a', { epoch }) },
    cluster: { view: clusterOf({ epoch, takeovers }) },
  };
  const frame = { at: WALL_MS, skipped: 0, views };
  keys.state = reduce(keys.state, { kind: 'frame', link: 'im-a', frame }, now);
}

describe('what a screen says of the last change of the owner', () => {
  it('is of that one: what was seen of another is not put below it', () => {
    const keys = new Keys('cluster');
    const problem = { code: 'IM_ADMIN_UNREACHABLE', message: 'no', act: undefined, status: 0 };
    const closed = { kind: 'closed', link: 'im-a', problem, retryAt: 100 } as const;
    keys.state = reduce(keys.state, closed, 1_000);
    keys.state = reduce(keys.state, { kind: 'tick' }, 5_000);
    owns(keys, 18, 'failover', 6_000);
    assert.match(rows(keys).join('\n'), /Last failover to im-a, epoch 18[^]*im-a owns the shards/);
    owns(keys, 19, 'switchover', 60_000);
    const after = rows(keys).join('\n');
    assert.match(after, /Last switchover to im-a, epoch 19/);
    assert.doesNotMatch(after, /owns the shards/);
  });
});

describe('a question', () => {
  it('says at once that something else was typed', () => {
    const keys = new Keys('cluster').type('down', 's', 'im-');
    assert.doesNotMatch(rows(keys).join('\n'), /something else/);
    assert.match(rows(keys.type('x')).join('\n'), /> im-x {3}that is something else/);
    assert.doesNotMatch(rows(keys.type('backspace', 'b')).join('\n'), /something else/);
  });

  it('says at once that somebody else was faster', () => {
    const keys = new Keys('cluster').type('down', 's', 'im-b');
    assert.doesNotMatch(rows(keys).join('\n'), /would be refused/);
    owns(keys, 18, 'switchover', 500);
    assert.match(rows(keys).join('\n'), /The epoch is 18 now: this would be refused/);
  });

  it('of a takeover shows the command line that does it', () => {
    const keys = new Keys('cluster').type('down', 'F');
    assert.match(keys.state.ui.dialog?.twin ?? '', / --yes --allow-data-loss$/);
  });
});

describe('long text', () => {
  it('goes on in the next row, broken at spaces, and takes no more cells than there are', () => {
    const text = line(' ', span('why', 'bad'), ' the database does not let this user in');
    assert.deepEqual(folded(text, 20, 3).map(textOf), [
      ' why the database',
      '   does not let this',
      '   user in',
    ]);
    const wide = folded(line('王小明'.repeat(9)), 10, 1);
    assert.ok(wide.every((one) => lineWidth(one) <= 10));
    assert.equal(wide.map(textOf).join('').replaceAll(' ', ''), '王小明'.repeat(9));
    assert.deepEqual(folded(line('short'), 10).map(textOf), ['short']);
  });

  it('of an answer is shown whole, above the last row', () => {
    const keys = new Keys('sessions');
    const text = `${'a reason '.repeat(12)}is the last`;
    keys.state = withToast(keys.state, text, 'bad');
    const all = rows(keys);
    assert.equal(all.length, 24);
    assert.equal(all.slice(-2).join(' ').replaceAll(/\s+/g, ' ').trim(), text);
  });

  it('of an event, too, and when it was, by the calendar', () => {
    const keys = new Keys('events');
    const message = `the store hangs ${'and hangs '.repeat(9)}on`;
    const event = {
      id: 'a.1',
      at: WALL_MS,
      level: 'warn',
      message,
      fields: { why: 'no' },
    } as const;
    keys.state = reduce(keys.state, { kind: 'event', link: 'im-a', event }, 1);
    const told = rows(keys.type('enter'))
      .join('')
      .replaceAll(/[\s│]+/g, ' ');
    assert.ok(told.includes(message));
    assert.match(told, / when \(UTC\) 2026-11-23 12:04:32 node im-a .* Fields why no /);
    assert.equal(keys.type('a').state.ui.detail, undefined, 'an event is no act');
  });

  it('of a setting can be read where it is opened', () => {
    const keys = new Keys('config');
    const value = `/srv/${'folder/'.repeat(20)}end`;
    const view = {
      file: 'im.config.yaml',
      hash: 'abc',
      settings: [{ path: 'node.data', value, from: 'im.config.yaml:2:3' }],
    };
    const frame = { at: WALL_MS, skipped: 0, views: { config: { view } } };
    keys.state = reduce(keys.state, { kind: 'views', frame }, 1);
    const told = rows(keys.type('enter')).join('').replaceAll(/[\s│]/g, '');
    assert.ok(told.includes(value));
  });
});

describe('a small terminal', () => {
  it('has the nodes first, and says of those that have no room', () => {
    const keys = new Keys('overview');
    keys.state = reduce(keys.state, { kind: 'size', columns: 60, rows: 16 }, 1);
    const all = rows(keys).join('\n');
    for (const node of ['im-a', 'im-b', 'im-c']) assert.match(all, new RegExp(`│ ${node} `));
    assert.match(all, /1 over .* 9 /);
    assert.match(all, /Traffic im-a/);
    const nodes = Array.from({ length: 9 }, (_, i) => ({
      ...clusterOf().nodes[1]!,
      node: `n${i}`,
    }));
    const views = {
      overview: { view: overviewOf('im-a') },
      cluster: { view: clusterOf({ nodes }) },
    };
    const frame = { at: WALL_MS, skipped: 0, views };
    keys.state = reduce(keys.state, { kind: 'frame', link: 'im-a', frame }, 2);
    assert.match(rows(keys).join('\n'), /4 of 9, 7 shows all/);
  });
});

describe('what has not happened', () => {
  it('is not told in zeros', () => {
    const keys = new Keys('overview');
    const commitMs = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    const views = {
      overview: { view: overviewOf('im-a', { commitMs }) },
      cluster: { view: clusterOf() },
    };
    const frame = { at: WALL_MS, skipped: 0, views };
    keys.state = reduce(keys.state, { kind: 'frame', link: 'im-a', frame }, 2);
    assert.match(rows(keys).join('\n'), /│ commit none yet /);
  });
});

describe('keys that came at once', () => {
  it('count each, those with ctrl too', () => {
    const presses = pressesOf('j\u0003\u001a\r\u007f', {} as Key).map(({ name, text, ctrl }) => {
      return name ?? `${ctrl ? 'ctrl-' : ''}${text}`;
    });
    assert.deepEqual(presses, ['j', 'ctrl-c', 'ctrl-z', 'enter', 'backspace']);
  });

  it('of the frozen picture leave room for when it was', () => {
    const all = rows(new Keys('sessions').type('z'))[1] ?? '';
    assert.match(all, /2 sess .* 9 +frozen at 12:04:32 $/);
  });
});
