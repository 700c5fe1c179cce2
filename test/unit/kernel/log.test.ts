import assert from 'node:assert/strict';
import { quietHost } from 'im-kernel/kit';
import { ImError } from '../../../core/contract/index.ts';
import { makeHost } from '../../../core/kernel/host.ts';
import { createLog, nodeLog, type LogLevel, type NodeLog } from '../../../core/kernel/log.ts';
import { MetricsRegistry } from '../../../core/kernel/metrics.ts';

describe('the log', () => {
  let written: string[];
  beforeEach(() => {
    written = [];
  });
  function log(terminal: boolean, level: LogLevel = 'info'): NodeLog {
    return createLog({ level, terminal, stream: { write: (line) => void written.push(line) } });
  }
  function first(): Record<string, unknown> {
    return JSON.parse(written[0] ?? '{}') as Record<string, unknown>;
  }

  it('writes one JSON object per line for machines', () => {
    log(false).child({ part: 'tcp' }).warn('slow', { ms: 12, peer: '127.0.0.1:9' });
    const { time, ...rest } = first();
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, {
      level: 'warn',
      part: 'tcp',
      ms: 12,
      peer: '127.0.0.1:9',
      msg: 'slow',
    });
    assert.match(written[0] ?? '', /^[^\n]+\n$/);
  });
  it('writes nothing below its level', () => {
    const quiet = log(false, 'warn');
    quiet.info('no');
    quiet.debug('no');
    quiet.error('yes');
    assert.deepEqual(
      written.map((line) => (JSON.parse(line) as { msg: string }).msg),
      ['yes'],
    );
  });
  it('changes its level while it is in use, for all that were made of it, before or after', () => {
    const root = log(false, 'warn');
    const before = root.child({ part: 'tcp' });
    const info = before.info.bind(undefined);
    root.level = 'info';
    const after = before.child({ session: 's1' });
    for (const one of [root, before, after]) {
      one.debug('no');
      one.info('yes');
      assert.equal(one.level, 'info');
    }
    info('yes');
    assert.equal(written.length, 4);
    after.level = 'error';
    before.warn('no');
    assert.deepEqual([root.level, written.length], ['error', 4]);
    log(false, 'debug').debug('another log has its own');
    assert.equal(written.length, 5);
  });
  it('has a level over a plain log, too', () => {
    const { log: plain, lines } = quietHost();
    const one = nodeLog(plain);
    assert.equal(nodeLog(one), one);
    one.child({ part: 'tcp' }).debug('yes', { n: 1 });
    one.level = 'error';
    one.warn('no');
    assert.deepEqual(lines, [{ level: 'debug', message: 'yes', fields: { n: 1 } }]);
  });
  it('takes no level but the four', () => {
    const one = log(false);
    for (const level of ['silent', 'trace', '', 'INFO']) {
      assert.throws(() => (one.level = level as LogLevel), { code: 'IM_BUG' }, level);
    }
    assert.equal(one.level, 'info');
  });
  it('never shows a token, a body or a key, even one step down', () => {
    const fields = { token: 'T0P', body: 'T0P', frame: { body: 'T0P', token: 'T0P' }, key: 'T0P' };
    log(false).info('frame', fields);
    log(true).info('frame', fields);
    assert.equal(written.length, 2);
    assert.ok(!written.join('').includes('T0P'));
  });
  it('shows errors: ours by code, others with their stack', () => {
    const ours = new ImError('IM_BUG', { why: 'x' });
    log(false).error('failed', { ours, other: new TypeError('y') });
    const line = first() as { ours: object; other: { message: string; stack: string } };
    assert.deepEqual(line.ours, { code: 'IM_BUG', message: 'this must not happen: x' });
    assert.equal(line.other.message, 'y');
    assert.match(line.other.stack, /TypeError: y\n.*log\.test/);
  });
  it('writes short lines for people, and lets no text of others command the terminal', () => {
    log(true).child({ part: 'tcp' }).info('hello', { agent: '\u001B[2J\nfake: line', n: 3 });
    // oxlint-disable-next-line no-control-regex -- our own colours
    const plain = (written[0] ?? '').replace(/\u001B\[\d+m/g, '');
    assert.match(plain, /^\d\d:\d\d:\d\d\.\d{3} info {2}tcp: hello/);
    assert.ok(plain.endsWith('  agent=\\u001b[2J\\u000afake: line  n=3\n'), plain);
  });
  it('writes undefined and nested fields to a terminal without stumbling', () => {
    log(true).warn('odd', { none: undefined, list: [1, { a: 'b' }] });
    assert.match(written[0] ?? '', /list=.*\[1,\{"a":"b"\}\]\n$/);
  });
});

describe('the host of an instance', () => {
  it('carries its name into log, metrics and reports', () => {
    const written: string[] = [];
    const reports: unknown[] = [];
    const metrics = new MetricsRegistry();
    const { clock, random } = quietHost();
    const host = makeHost({
      name: 'tcp',
      node: 'im-1',
      log: createLog({ level: 'info', stream: { write: (line) => void written.push(line) } }),
      clock,
      random,
      metrics,
      report: (name, health) => void reports.push([name, health]),
    });
    host.log.info('hello');
    host.metrics.counter('x_total', 'X.').add();
    host.report({ state: 'degraded', why: 'slow' });
    assert.equal((JSON.parse(written[0] ?? '') as { part: string }).part, 'tcp');
    assert.equal(metrics.snapshot()[0]?.instance, 'tcp');
    assert.deepEqual(reports, [['tcp', { state: 'degraded', why: 'slow' }]]);
    assert.deepEqual([host.name, host.node], ['tcp', 'im-1']);
  });
});
