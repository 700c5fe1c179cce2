/** Two dead letters of one consumer, as a node tells them. */
import type { DeadLetterDetail, DeadLetterRow } from '../../core/admin/protocol/index.ts';
import { WALL_MS } from './fake-views.ts';

const first: DeadLetterRow = {
  consumer: 'hook',
  conversation: 'd/alice/bob',
  position: 7,
  why: 'HTTP 500',
  attempts: 10,
  at: WALL_MS - 3_600_000,
  id: '0199a0b1-c2d3-7e4f-8a9b-000000000007',
};

const second = { ...first, conversation: 'g/team', position: 12, why: 'not done within 30000 ms' };
export const deadLetters: readonly DeadLetterRow[] = [first, second];

export const deadLetterShown: DeadLetterDetail = {
  ...first,
  entry: {
    kind: 'message',
    user: 'alice',
    device: 'web',
    acceptedAt: WALL_MS - 3_700_000,
    bodyBytes: 42,
  },
};
