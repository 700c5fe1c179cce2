import assert from 'node:assert/strict';
import { HeardAcks } from './checks/heard-acks.ts';
import { BOB, LOG } from './good-history.ts';
import type { HistoryEvent } from './history.ts';

const session = 's-bob';
const command = { session, conversation: 'g/tea', number: 1, id: 'x' };
const WELCOMED: HistoryEvent = { type: 'welcomed', ...BOB, session, log: LOG, window: 32 };
const SENT: HistoryEvent = { type: 'sent', ...command };
const ANSWERED: HistoryEvent = { type: 'refused', ...command, code: 'busy' };
const ACK: HistoryEvent = { type: 'acknowledged', session, conversation: 'g/tea', position: 1 };

function heard(...events: readonly HistoryEvent[]): number {
  const acks = new HeardAcks();
  for (const event of [WELCOMED, ...events]) acks.note({ ...event, atMs: 1 });
  return acks.of(session).length;
}

describe('what a server has surely heard', () => {
  it('is what was sent before a command that it answered', () => {
    assert.equal(heard(ACK, SENT, ANSWERED), 1);
    assert.equal(heard(ACK, SENT), 0);
    assert.equal(heard(SENT, ACK, ANSWERED), 0);
  });

  it('is nothing from between two sendings of it: the answer may be to the first', () => {
    assert.equal(heard(SENT, ACK, SENT, ANSWERED), 0);
    assert.equal(heard(ACK, SENT, ACK, SENT, ANSWERED), 1);
  });
});
