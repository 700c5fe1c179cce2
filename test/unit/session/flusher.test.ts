import assert from 'node:assert/strict';
import { Flusher, type Output } from '../../../core/session/output.ts';

describe('the flusher', () => {
  it('flushes all in the sequence of their writing, so many in a turn, later ones behind', () => {
    let planned: (() => void)[] = [];
    const flushed: number[] = [];
    const flusher = new Flusher((run) => void planned.push(run), 4);
    const write = (id: number): void =>
      flusher.add({ flush: () => flushed.push(id) } as unknown as Output);
    const turns: number[][] = [];
    for (let id = 0; id < 10; id += 1) write(id);
    while (planned.length > 0) {
      assert.equal(planned.length, 1);
      const [run] = planned;
      planned = [];
      run?.();
      turns.push(flushed.splice(0));
      if (turns.length === 2) write(10);
    }
    assert.deepEqual(turns, [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10],
    ]);
  });
});
