import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Acts } from '../../../core/admin/desk/acts.ts';

function act(at: number) {
  return { at, who: 'ops', verb: 'log level', input: { level: 'warn' }, outcome: 'done' as const };
}

describe('the record of acts', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-acts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is there for the next life, newest first, half a line left out', async () => {
    const file = join(folder, 'acts.jsonl');
    const acts = new Acts(file);
    await Promise.all([acts.note(act(1)), acts.note(act(2)), acts.note(act(3))]);
    appendFileSync(file, '{"at": 4, "wh');
    const times = (await new Acts(file).last(2)).map(({ at }) => at);
    assert.deepEqual(times, [3, 2]);
    assert.equal(statSync(file).mode & 0o077, 0);
  });

  it('goes on in a line of its own after half a line', async () => {
    const file = join(folder, 'acts.jsonl');
    appendFileSync(file, '{"at": 4, "wh');
    const acts = new Acts(file);
    await acts.note(act(5));
    assert.deepEqual(
      (await acts.last(10)).map(({ at }) => at),
      [5],
    );
  });

  it('is moved aside when it is large, and read from both', async () => {
    const file = join(folder, 'acts.jsonl');
    const acts = new Acts(file);
    await acts.note(act(1));
    appendFileSync(file, `${' '.repeat(5 * 2 ** 20)}\n`);
    await acts.note(act(2));
    assert.deepEqual(
      (await acts.last(10)).map(({ at }) => at),
      [2, 1],
    );
    assert.ok(statSync(file).size < 1_000);
  });

  it('says so when it cannot be written: the act must not happen then', async () => {
    await assert.rejects(new Acts(join(folder, 'no', 'acts.jsonl')).note(act(1)));
  });
});
