import assert from 'node:assert/strict';
import type { Entry, Health } from 'im-kernel/contract';
import { ConsumerHealth } from '../../../core/path/consumer-health.ts';
import { quietHost } from '../../kit/quiet-host.ts';

const ENTRY: Entry = {
  conversation: 'd/ann/bob',
  position: 1,
  order: 1,
  id: '0199a0b1-c2d3-7e4f-8a9b-000000000001',
  user: 'ann',
  device: 'phone',
  number: 1,
  sentAt: 1,
  acceptedAt: 1,
  kind: 'message',
};

describe('the health of a consumer', () => {
  let told: (string | undefined)[];
  let health: ConsumerHealth;

  beforeEach(() => {
    told = [];
    const report = (said: Health): void => {
      told.push('error' in said ? said.error?.code : undefined);
    };
    health = new ConsumerHealth({ ...quietHost(), name: 'hook', report });
  });

  /** The second failure in a row is the one that is told. */
  function fail(shard: number): void {
    for (const failures of [1, 2]) health.failed(shard, ENTRY, failures, 'it is away');
  }

  it('goes on saying that it fails while another shard does', () => {
    fail(1);
    fail(2);
    health.setAside(1, ENTRY, 'it is away', true);
    assert.deepEqual(told, ['IM_CONSUMER_FAILING']);
  });

  it('tells of dead letters once nothing fails any more', () => {
    fail(1);
    fail(2);
    health.setAside(1, ENTRY, 'it is away', true);
    health.taken(2, 3);
    assert.deepEqual(told, ['IM_CONSUMER_FAILING', 'IM_CONSUMER_DEAD']);
  });

  it('recovers when what failed is taken', () => {
    fail(1);
    health.taken(1, 3);
    assert.deepEqual(told, ['IM_CONSUMER_FAILING', undefined]);
  });
});
