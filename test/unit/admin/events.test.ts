import assert from 'node:assert/strict';
import { Events } from '../../../core/admin/desk/events.ts';
import { createLog } from '../../../core/kernel/log.ts';
import { systemClock } from '../../../core/kernel/system.ts';

function heard(): Events {
  return new Events(systemClock(), 'one');
}

describe('events', () => {
  it('are had from the one after an id, and those of another life from the beginning', () => {
    const events = heard();
    for (const word of ['a', 'b', 'c']) events.note('info', word, {});
    const words = (after?: string) => {
      const { lost, events: those } = events.since(after, 'info', 10);
      return [lost, those.map(({ message }) => message).join('')];
    };
    assert.deepEqual(words(), [false, 'abc']);
    assert.deepEqual(words('one.2'), [false, 'c']);
    assert.deepEqual(words('one.3'), [false, '']);
    assert.deepEqual(words('other.2'), [true, 'abc']);
    for (const none of ['nonsense', 'one.', 'one.-1', 'one.1e9', 'one.4', 'one.1.2', ' one.1']) {
      assert.deepEqual(words(none), [true, 'abc'], none);
    }
  });

  it('are as they were, whatever a plugin put there, and never fail whoever says them', () => {
    const events = heard();
    const stream = { write: () => undefined };
    const log = createLog({ level: 'error', stream, heard: events.note });
    events.listen((event) => void JSON.stringify(event));
    const changing = { n: 1, own: undefined as unknown };
    log.info('changing', { changing });
    changing.n = 2;
    changing.own = changing;
    log.info('in a ring', { changing });
    log.info('no JSON', { big: 10n });
    log.info('large', { text: 'x'.repeat(100_000) });
    const { events: those } = events.since(undefined, 'info', 10);
    assert.deepEqual(those[0]?.fields, { changing: { n: 1 } });
    assert.deepEqual(Object.keys(those[1]?.fields ?? {}), ['unreadable']);
    assert.deepEqual(Object.keys(those[2]?.fields ?? {}), ['unreadable']);
    assert.ok(JSON.stringify(those[3]).length < 10_000);
  });

  it('are bounded, and say that some are lost', () => {
    const events = heard();
    for (let at = 1; at <= 2_500; at += 1) events.note('info', String(at), {});
    const { lost, missing, events: those } = events.since('one.10', 'info', 5_000);
    assert.deepEqual([lost, missing], [true, 490]);
    assert.equal(events.since('one.10', 'info', 100).missing, 2_390);
    assert.deepEqual([those.length, those[0]?.message], [2_000, '501']);
    assert.equal(events.since('one.500', 'info', 5_000).lost, false);
  });

  it('are what a log says from info on, whatever it writes, and nothing that is secret', () => {
    const events = heard();
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const log = createLog({ level: 'error', stream, heard: events.note });
    const tcp = log.child({ part: 'tcp' });
    tcp.debug('nothing', {});
    tcp.info('came', { token: 'abc', nested: { body: 'secret words', user: 'ann' } });
    log.error('broke', { why: new Error('no') });
    log.level = 'info';
    tcp.info('written', {});
    const { events: those } = events.since(undefined, 'debug', 10);
    assert.deepEqual(
      those.map(({ message, part }) => [message, part]),
      [
        ['came', 'tcp'],
        ['broke', undefined],
        ['written', 'tcp'],
      ],
    );
    assert.deepEqual(those[0]?.fields, {
      token: '[hidden]',
      nested: { body: '[hidden]', user: 'ann' },
    });
    assert.equal(lines.length, 2);
    assert.ok(!JSON.stringify(those).includes('secret words'));
  });
});
