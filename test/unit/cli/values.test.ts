import assert from 'node:assert/strict';
import { clockText, timeText } from '../../../cli/admin/values.ts';
import { clock, day } from '../../../tui/draw/format.ts';

const NOON = Date.UTC(2026, 10, 23, 12, 0, 0, 7);
/** Any client may say that it sent a message then. */
const NEVER = Number.MAX_SAFE_INTEGER;

describe('times', () => {
  it('are shown in UTC', () => {
    assert.equal(timeText(NOON), '2026-11-23T12:00:00.007Z');
    assert.equal(clockText(NOON), '12:00:00.007');
    assert.equal(`${day(NOON)} ${clock(NOON)}`, '2026-11-23 12:00:00 12:00:00');
  });

  it('of no calendar are shown as they are, or not at all, and nothing fails for them', () => {
    assert.equal(timeText(NEVER), `${NEVER} ms`);
    assert.equal(clockText(NEVER), `${NEVER} ms`);
    assert.equal(`${day(NEVER)} ${clock(NEVER)}`, '- -');
  });

  it('of another millennium have their day', () => {
    assert.equal(clockText(1e15), '+033658-09-27T01:46:40.000Z');
  });
});
