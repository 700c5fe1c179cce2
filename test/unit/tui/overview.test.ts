import assert from 'node:assert/strict';
import type { Frame, Overview } from '../../../core/admin/protocol/index.ts';
import { emptyData, reduceData } from '../../../tui/model/data.ts';
import { newUi } from '../../../tui/model/ui.ts';
import { textOf } from '../../../tui/draw/line.ts';
import { overviewScreen } from '../../../tui/screens/overview.ts';
import { clusterOf, overviewOf, WALL_MS } from '../../tui/fake-views.ts';

const ALONE = { code: 'IM_CLUSTER_NONE', message: 'it is in no cluster' };

/** The first screen of one process, as text. */
function shown(
  standing: Overview['standing'],
  [columns, rows]: readonly [number, number] = [80, 22],
  cluster: Frame['views'][string] = { view: clusterOf() },
): readonly string[] {
  const views = { overview: { view: overviewOf('im-a', { standing }) }, cluster };
  const frame = { at: WALL_MS, skipped: 0, views };
  let data = reduceData(emptyData(0), { kind: 'link', link: 'im-a', learned: false }, 0);
  data = reduceData(data, { kind: 'frame', link: 'im-a', frame }, 0);
  const lines = overviewScreen({ data, ui: newUi({ columns, rows }) }, columns, rows);
  return lines.map(textOf);
}

describe('the overview', () => {
  it('leaves out what has no meaning where no message goes by', () => {
    for (const standing of ['sequencer', 'gateway'] as const) {
      for (const size of [
        [80, 22],
        [160, 48],
      ] as const) {
        const lines = shown(standing, size);
        assert.equal(lines.length, size[1], `${standing} ${size[0]}`);
        assert.doesNotMatch(lines.join('\n'), /msg\/s|commit p50|Sessions|queue|Store/);
        assert.match(lines.join('\n'), /Health im-a[^]*loop [^]*Events/);
      }
    }
    assert.match(shown('active', [160, 48]).join('\n'), /Traffic im-a[^]*msg\/s[^]*queue/);
  });

  it('tells of the node that handed over and is not there yet', () => {
    const view = clusterOf({ returning: { node: 'im-z', agoMs: 1_400 } });
    for (const standing of ['active', 'gateway'] as const) {
      const text = shown(standing, [80, 22], { view }).join('\n');
      assert.match(text, /im-c [^]*im-z handed over 1\.4 s ago, and has not come back yet/);
    }
  });

  it('says that a lone node is in no cluster, and names none', () => {
    const lines = shown('alone', [80, 22], ALONE);
    assert.match(lines[0] ?? '', /No cluster ─/);
    assert.match(lines[1] ?? '', /this node is in no cluster/);
  });
});
