import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImError } from 'im-kernel/contract';
import { recorded } from '../../../cli/recorded.ts';
import { Acts, ACTS_FILE } from '../../../core/admin/desk/acts.ts';

const ACT = { verb: 'cluster takeover', input: { to: 'im-b', expectEpoch: 7, force: true } };

describe('what is done through the store', () => {
  let folder: string;
  const errors: string[] = [];
  const io = {
    out: () => undefined,
    err: (text: string) => void errors.push(text),
    env: {},
    bold: (text: string) => text,
  };
  beforeEach(async () => {
    errors.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'im-recorded-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is on record before it happens and after it, with what came of it', async () => {
    const acts = new Acts(join(folder, ACTS_FILE));
    let before = 0;
    await recorded(folder, ACT, io, async () => {
      before = (await acts.last(9)).length;
    });
    assert.equal(before, 1);
    const why = 'the lease of the owner runs';
    const refusal = new ImError('IM_SWITCHOVER_REFUSED', { to: 'im-b', why });
    const refused = recorded(folder, ACT, io, () => Promise.reject(refusal));
    await assert.rejects(refused, { code: 'IM_SWITCHOVER_REFUSED' });
    const known = (await acts.last(9)).map(({ who, outcome, input }) => {
      return [who, outcome, input['expectEpoch']];
    });
    assert.deepEqual(known, [
      ['store', 'refused', 7],
      ['store', 'asked', 7],
      ['store', 'done', 7],
      ['store', 'asked', 7],
    ]);
    assert.deepEqual(errors, []);
  });

  it('happens though nothing can be written there, and says so once', async () => {
    let isDone = false;
    await recorded(join(folder, 'elsewhere'), ACT, io, () => {
      isDone = true;
      return Promise.resolve();
    });
    assert.equal(isDone, true);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', /^this is not on record: /);
  });
});
