import assert from 'node:assert/strict';
import {
  parseSwitchover,
  readSwitchover,
  SWITCHOVER_KEY,
  underWay,
  type Switchover,
} from '../../../core/cluster/switchover.ts';

const ASKED: Switchover = { to: 'im-b', epoch: 3, phase: 'asked', by: 'somebody', at: 1 };

describe('a planned change, as it stands in the register', () => {
  it('is read as it was written', () => {
    const all = { ...ASKED, life: 'l1', why: 'because' };
    assert.deepEqual(parseSwitchover(JSON.stringify(all)), all);
    assert.deepEqual(parseSwitchover(JSON.stringify(ASKED)), ASKED);
  });

  it('is none where it cannot be read', () => {
    const bad = [
      undefined,
      '',
      'null',
      '[]',
      '"text"',
      '{',
      JSON.stringify({ ...ASKED, phase: 'begun' }),
      JSON.stringify({ ...ASKED, epoch: 1.5 }),
      JSON.stringify({ ...ASKED, to: 7 }),
      JSON.stringify({ ...ASKED, at: 'now' }),
    ];
    for (const text of bad) assert.equal(parseSwitchover(text), undefined, String(text));
  });

  it('is under way only under its own epoch, until it has ended', () => {
    assert.equal(underWay(ASKED, 3), true);
    assert.equal(underWay(ASKED, 4), false);
    assert.equal(underWay({ ...ASKED, phase: 'done' }, 3), false);
    assert.equal(underWay({ ...ASKED, phase: 'refused' }, 3), false);
    assert.equal(underWay(undefined, 3), false);
  });

  it('is moved on by one of two who read the same', async () => {
    const values = new Map<string, string>();
    const register = {
      read: async (key: string) => values.get(key),
      compareAndSet: async (key: string, expected: string | undefined, next: string) => {
        if (values.get(key) !== expected) return false;
        values.set(key, next);
        return true;
      },
      list: async () => [],
    };
    const [one, other] = [await readSwitchover(register), await readSwitchover(register)];
    assert.equal(await one.move(ASKED), true);
    assert.equal(await other.move({ ...ASKED, to: 'im-c' }), false);
    assert.deepEqual(parseSwitchover(values.get(SWITCHOVER_KEY)), ASKED);
  });
});
