import assert from 'node:assert/strict';
import { files, readText } from '../../tidy/tree.ts';
import { made } from './made-metrics.ts';

const ROLES = ['im', 'store', 'answers', 'transport', 'guard', 'consumer'];
/** Plugins that have a word of their own. */
const PLUGINS = ['window', 'sequencer', 'webhook'];

describe('the names of metrics', () => {
  it('say whose they are, and of counters alone that they count', () => {
    assert.ok(made.size > 60, `${made.size} metrics were found in the source`);
    for (const [name, { kind }] of made) {
      assert.match(name, /^[a-z]+(?:_[a-z]+)+$/);
      assert.ok([...ROLES, ...PLUGINS].includes(name.split('_')[0] ?? ''), name);
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
    }
  });
  it('are explained, each on a page', () => {
    const pages = files.filter((path) => /^(?:docs|plugins)\/.*\.md$/.test(path));
    const words = new Set(pages.flatMap((path) => readText(path).match(/\w+/g) ?? []));
    assert.deepEqual(
      [...made.keys()].filter((name) => !words.has(name)),
      [],
    );
  });
});
