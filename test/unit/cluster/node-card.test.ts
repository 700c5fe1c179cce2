import assert from 'node:assert/strict';
import { assert as check, json, oneof, property, string } from 'fast-check';
import { parseCard, printCard, type NodeCard } from '../../../core/cluster/node-card.ts';

const CARD: NodeCard = {
  node: 'im-a',
  life: '0f1e2d3c',
  cluster: 'demo',
  addresses: ['tcp://127.0.0.1:7400', 'wss://chat.example/im'],
  link: '127.0.0.1:7421',
  gateway: 'http://127.0.0.1:7430',
  admin: 'unix:/run/im/admin.sock',
  problem: 'IM_LINK_REFUSED',
  version: '1.2.0',
  contract: 1,
  protocol: 1,
  shards: 64,
  priority: 1,
  state: 'active',
  ready: true,
  sessions: 12,
  loopDelayMs: 1.25,
  clock: 1_790_000_000_000,
  startedAt: 1_780_000_000_000,
};

const parsed = (changes: object): NodeCard | undefined =>
  parseCard(JSON.stringify({ ...CARD, ...changes }));

describe('the card of a node', () => {
  it('is read as it was told, with and without what may be absent', () => {
    assert.deepEqual(parseCard(printCard(CARD)), CARD);
    const { link: _link, gateway: _gateway, problem: _problem, ...less } = CARD;
    assert.deepEqual(parseCard(printCard(less)), less);
    assert.deepEqual(parsed({ addresses: [] })?.addresses, []);
  });

  it('is read without what nobody knows', () => {
    assert.deepEqual(parsed({ secret: 'x', __proto__: { polluted: 1 } }), CARD);
  });

  for (const [key, values] of Object.entries({
    life: ['', 'x'.repeat(65), 7, 'a\nb', '\u001b[31m'],
    cluster: [undefined, '', {}],
    addresses: ['tcp://h:1', ['h:1'], ['javascript://h:1'], ['tcp://a b'], [7], undefined],
    link: ['', 7, null, 'x'.repeat(301)],
    gateway: ['', [], '\u0000'],
    problem: ['', 7, '\u001b[2J'],
    version: ['', undefined],
    contract: [-1, 1.5, '1'],
    protocol: [undefined, Number.MAX_VALUE],
    shards: [-1],
    node: [undefined, '', 7],
    priority: ['first', null, 0.5],
    state: ['dead', '', undefined],
    ready: ['true', 1],
    sessions: [-1, undefined],
    loopDelayMs: [-1, 1e12, '1'],
    clock: [1.5, undefined],
    startedAt: [-1],
  })) {
    it(`is none with an ill-formed ${key}`, () => {
      for (const value of values) assert.equal(parsed({ [key]: value }), undefined);
    });
  }

  it('is none with more addresses than a node may have, or when it is too long', () => {
    const many = Array.from({ length: 17 }, () => 'tcp://h:1');
    assert.equal(parsed({ addresses: many }), undefined);
    assert.equal(parsed({ more: 'x'.repeat(16_384) }), undefined);
  });

  it('never throws, whatever stands there', () => {
    const text = oneof(string(), json());
    check(property(text, (one) => parseCard(one) === undefined));
    for (const odd of ['', 'null', '[]', '7', '"im-a"', '{"node":"im-a"}', '['.repeat(10_000)]) {
      assert.equal(parseCard(odd), undefined);
    }
  });
});
