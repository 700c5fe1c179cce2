/** Every configuration that the page on ordering shows is one that can be started. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../../core/config/load-settings.ts';
import { discover } from '../../../core/kernel/discover.ts';

const page = readFileSync(new URL('../../../docs/ordering.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^( *)```yaml\n(.*?)^ *```/gms)].map(
  ([, indent = '', text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);
const FIRST = `node: { name: im-1, data: ./data }
transports:
  tcp: { use: tcp-tlv, listen: 127.0.0.1:0 }
persistence: { use: memory }
failover: { use: none }
authentication: { use: jwt, secretFile: ./auth.key }
`;

describe('the page on ordering', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-ordering-page-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('shows configurations', () => assert.ok(blocks.length >= 5));

  for (const block of blocks) {
    it(`is right about ${block.replaceAll(/\s+/g, ' ').trim()}`, async () => {
      const file = join(folder, 'im.config.yaml');
      writeFileSync(file, FIRST + block);
      const { ordering } = await loadSettings(file, { env: {}, find: discover });
      const named = [...block.matchAll(/use: ([a-z-]+)/g)].map(([, use]) => use);
      const types = [...new Set([ordering.direct.type, ordering.group.type])];
      assert.deepEqual(types, named);
    });
  }
});
