import assert from 'node:assert/strict';
import { fakeClock, quietHost } from 'im-kernel/kit';
import { Reporter, type Side } from '../../../plugins/persistence/postgres/reporter.ts';

describe('what postgres tells of connections that are lost', () => {
  it('is a line for each side, not for each connection, and a count of them all', () => {
    const clock = fakeClock();
    const host = quietHost({ clock });
    const reporter = new Reporter(host);
    const warned = (): readonly unknown[] => {
      const lines = host.lines.filter(({ level }) => level === 'warn');
      return lines.map(({ fields }) => fields['side']);
    };
    const all: readonly Side[] = ['readers', 'readers', 'writers', 'lifeline', 'writers'];
    for (const side of all) reporter.lost(side, 'terminated');
    clock.advance(9_999);
    reporter.lost('readers', 'terminated');
    assert.deepEqual(warned(), ['readers', 'writers', 'lifeline']);
    clock.advance(1);
    reporter.lost('readers', 'terminated');
    assert.deepEqual(warned(), ['readers', 'writers', 'lifeline', 'readers']);
    assert.equal(host.counted('store_connections_lost_total'), 7);
  });
});
