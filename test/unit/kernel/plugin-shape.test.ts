import assert from 'node:assert/strict';
import * as contract from '../../../core/contract/index.ts';
import { faultOfPlugin } from '../../../core/kernel/plugin-shape.ts';

const { definePlugin, group, listOf, text, whole } = contract;

const good = definePlugin({
  contract: 1,
  role: 'failover',
  type: 'my-policy',
  summary: 'A policy.',
  stability: 'experimental',
  config: {
    name: text({ help: 'A name.' }),
    inner: group({
      help: 'Inside.',
      fields: { counts: listOf(whole({ help: 'A count.' }), { help: 'Counts.' }) },
    }),
  },
  create: () => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    rule: {
      leased: false,
      priority: 0,
      suspectAfterMs: 1_000,
      replay: 'eager',
      replayWithinMs: 0,
    },
    plan: () => [],
  }),
});

describe('the shape of a plugin', () => {
  it('is right when definePlugin and the field builders made it', () => {
    assert.equal(faultOfPlugin(good, 'failover'), undefined);
  });
  it('knows every kind of field that a builder makes', () => {
    const item = text({ help: 'x' });
    const config = {
      a: text({ help: 'x' }),
      b: contract.secret({ help: 'x' }),
      c: whole({ help: 'x' }),
      d: contract.duration({ help: 'x' }),
      e: contract.size({ help: 'x' }),
      f: contract.flag({ help: 'x' }),
      g: contract.oneOf({ help: 'x', choices: ['y'] }),
      h: listOf(item, { help: 'x' }),
      i: group({ help: 'x', fields: {} }),
      j: contract.address({ help: 'x' }),
      k: contract.path({ help: 'x' }),
      l: contract.optional(item),
    };
    assert.equal(faultOfPlugin({ ...good, config }, 'failover'), undefined);
  });

  const faults: [string, unknown, RegExp][] = [
    ['nothing', undefined, /no default export/],
    ['a function', () => good, /contract version none/],
    ['a list', [good], /no default export/],
    ['no contract', { ...good, contract: undefined }, /version none, this kernel speaks 1/],
    ['a contract as text', { ...good, contract: '1' }, /version "1"/],
    ['no role', { ...good, role: undefined }, /role is missing; the roles are persistence/],
    ['an unknown role', { ...good, role: 'gardener' }, /role is "gardener"; the roles are/],
    ['another role', { ...good, role: 'transport' }, /"transport", the place asks for "failover"/],
    ['a type with capitals', { ...good, type: 'MyPolicy' }, /`type` must be lower-case/],
    ['a type that is a path', { ...good, type: '../x' }, /`type` must be/],
    ['no summary', { ...good, summary: 1 }, /`summary`/],
    ['an unknown stability', { ...good, stability: 'great' }, /one of experimental, stable/],
    ['a check that is none', { ...good, check: true }, /`check` must be a function/],
    ['no create', { ...good, create: undefined }, /`create` must be a function/],
    ['no config', { ...good, config: undefined }, /`config` must be a record/],
    [
      'a default instead of a field',
      { ...good, config: { port: 7 } },
      /config\.port.*field builder/,
    ],
    ['an unknown kind', { ...good, config: { x: { kind: 'colour' } } }, /does not know: colour/],
    ['a kind of Object’s', { ...good, config: { x: { kind: 'toString' } } }, /does not know/],
    ['no help', { ...good, config: { x: { kind: 'text' } } }, /config\.x.*`help`/],
    [
      'a bad field in a group',
      { ...good, config: { a: { kind: 'group', help: '', fields: { b: 1 } } } },
      /config\.a\.b/,
    ],
    [
      'a bad item in a list',
      { ...good, config: { a: { kind: 'listOf', help: '', item: 1 } } },
      /config\.a\[\]/,
    ],
    [
      'a setting of the kernel',
      { ...good, config: { use: { kind: 'text', help: '' } } },
      /config\.use/,
    ],
    ['no choices', { ...good, config: { a: { kind: 'oneOf', help: '' } } }, /no choices/],
  ];
  for (const [what, value, fault] of faults) {
    it(`is wrong with ${what}`, () => {
      assert.match(faultOfPlugin(value, 'failover') ?? 'none', fault);
    });
  }
  it('is wrong when its settings contain themselves', () => {
    const endless: Record<string, unknown> = { kind: 'listOf', help: '' };
    endless['item'] = endless;
    assert.match(faultOfPlugin({ ...good, config: { endless } }, 'failover') ?? '', /too deeply/);
    const round: Record<string, unknown> = { kind: 'group', help: '' };
    round['fields'] = { round };
    assert.match(faultOfPlugin({ ...good, config: { round } }, 'failover') ?? '', /too deeply/);
  });
});
