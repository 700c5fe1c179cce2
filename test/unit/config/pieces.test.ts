import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { interpolate, retype } from '../../../core/config/interpolate.ts';
import { editDistance, nearest } from '../../../core/config/nearest.ts';
import { parseAddress } from '../../../core/config/read-scalar.ts';
import { parseDuration, parseSize, printDuration, printSize } from '../../../core/config/units.ts';
import { file, load } from './rig.ts';

describe('units', () => {
  it('read what they print', () => {
    const numbers = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(numbers, (value) => {
        assert.deepEqual(parseDuration(printDuration(value)), { value });
        assert.deepEqual(parseSize(printSize(value)), { value });
      }),
    );
  });

  it('print the largest unit that leaves a whole number', () => {
    assert.equal(printDuration(90_000), '90s');
    assert.equal(printDuration(604_800_000), '7d');
    assert.equal(printDuration(0), '0ms');
    assert.equal(printSize(65_536), '64KiB');
    assert.equal(printSize(60_000), '60000B');
  });
});

describe('the nearest word', () => {
  it('is found over a swap, a slip and a missing letter', () => {
    const known = ['listen', 'path', 'origins', 'tls'];
    assert.equal(nearest('paht', known), 'path');
    assert.equal(nearest('orgins', known), 'origins');
    assert.equal(nearest('Listen', known), 'listen');
  });

  it('is none when nothing is near', () => {
    assert.equal(nearest('completely-different', ['listen', 'path']), undefined);
    assert.equal(nearest('x', ['tls']), undefined);
    assert.equal(nearest('l'.repeat(100_000), ['listen']), undefined);
  });

  it('rests on a distance: zero only for equal words, symmetric, within the length', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance === 0, a === b);
        assert.equal(distance, editDistance(b, a));
        assert.ok(distance <= Math.max(a.length, b.length));
      }),
    );
  });
});

describe('environment variables', () => {
  const env = { A: 'x', EMPTY: '', PORT: '7', ON: 'true' };
  const cases: readonly (readonly [string, string])[] = [
    ['${A}', 'x'],
    ['-${A}-${A}-', '-x-x-'],
    ['${EMPTY}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${GONE:-d e}', 'd e'],
    ['${GONE:-}', ''],
    ['${A:-d}', 'x'],
    ['$${A}', '${A}'],
    ['$A', '$A'],
    ['100$', '100$'],
  ];
  for (const [source, text] of cases) {
    it(`turn ${source} into ${JSON.stringify(text)}`, () => {
      assert.deepEqual(interpolate(source, env), {
        text,
        wrong: [],
        whole: /^\$\{.*\}$/.test(source),
      });
    });
  }

  it('are not filled in twice', () => {
    assert.equal(interpolate('${A}', { A: '${B}', B: 'no' }).text, '${B}');
  });

  it('keep their type only as a whole and without quotes', async () => {
    const yaml = file('count: ${PORT}\nquick: ${ON}\ntitle: ${A}\nnames: ["${PORT}", "p${PORT}"]');
    const config = (await load(yaml, env)).transports[0]?.config ?? {};
    assert.equal(config['count'], 7);
    assert.equal(config['quick'], true);
    assert.equal(config['title'], 'x');
    assert.deepEqual(config['names'], ['7', 'p7']);
  });

  it('are text where text is wanted, even when they look like a number', async () => {
    const config = (await load(file('key: ${PASS}'), { PASS: '123456' })).transports[0]?.config;
    assert.equal(config?.['key'], '123456');
  });

  it('have the types of YAML 1.2', () => {
    assert.deepEqual(['1', '-2.5', 'true', 'False', 'yes', '', '1e3x'].map(retype), [
      1,
      -2.5,
      true,
      false,
      'yes',
      '',
      '1e3x',
    ]);
  });
});

describe('an address', () => {
  it('has a host and a port', () => {
    assert.deepEqual(parseAddress('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
    assert.deepEqual(parseAddress('[fe80::1%eth0]:65535'), { host: 'fe80::1%eth0', port: 65_535 });
    assert.deepEqual(parseAddress('chat.example.org:443'), { host: 'chat.example.org', port: 443 });
  });

  it('never throws on anything', () => {
    fc.assert(
      fc.property(fc.string(), (written) => {
        const parsed = parseAddress(written);
        assert.ok('wrong' in parsed || (parsed.port >= 0 && parsed.port <= 65_535));
      }),
    );
  });
});
