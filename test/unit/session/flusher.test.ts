import assert from 'node:assert/strict';
import { Flusher, type Output } from '../../../core/session/output.ts';

describe('the flusher', () => {
  it('flushes all in the sequence of their writing, so many in a turn, later ones behind', () => {
    let planned: (() => void)[] = [];
    const flushed: number[] = [];
    const open = { open: true, whenOpen: () => undefined };
    const flusher = new Flusher((run) => void planned.push(run), { perTurn: 4 }, open);
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

  it('flushes nothing while the gate is shut, and everything once it is open', () => {
    const flushed: number[] = [];
    const planned: (() => void)[] = [];
    const waiting: (() => void)[] = [];
    const gate = { open: false, whenOpen: (run: () => void) => void waiting.push(run) };
    const flusher = new Flusher((run) => void planned.push(run), { perTurn: 4 }, gate);
    for (const id of [1, 2]) {
      flusher.add({ flush: () => flushed.push(id) } as unknown as Output);
    }
    for (const run of planned.splice(0)) run();
    assert.deepEqual([flushed, planned.length, waiting.length], [[], 0, 1]);
    gate.open = true;
    for (const run of waiting) run();
    assert.deepEqual(flushed, [1, 2]);
  });
});
