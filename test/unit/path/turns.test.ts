import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Feed } from '../../../core/path/feed.ts';
import { Turns } from '../../../core/path/turns.ts';

/** As much of a feed as turns look at. */
class Line {
  held = 0;
  waiting = 0;
}

const WINDOW = 32;
const step = fc.record({
  line: fc.nat({ max: 5 }),
  arrive: fc.integer({ min: 0, max: 20 }),
  acknowledge: fc.integer({ min: 0, max: 20 }),
});

describe('turns', () => {
  it('keep the window, three quarters, and a quarter for each that waits, and leave none idle', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const lines = Array.from({ length: 6 }, () => new Line());
        const turns = new Turns(WINDOW);
        const update = (line: Line): void =>
          turns.update(line as unknown as Feed, line.waiting > 0);
        for (const { line: at, arrive, acknowledge } of steps) {
          const line = lines[at] as Line;
          line.waiting += arrive;
          const count = Math.min(line.held, acknowledge);
          line.held -= count;
          turns.acknowledged(count);
          update(line);
          for (let next = turns.next(false); next; next = turns.next(false)) {
            const served = next as unknown as Line;
            const hungry = lines.some(
              (other) => other !== served && other.waiting > 0 && other.held < WINDOW / 4,
            );
            assert.ok(served.held < (WINDOW * 3) / 4);
            assert.ok(!hungry || served.held < WINDOW / 4, 'another waits that has less');
            served.held += 1;
            served.waiting -= 1;
            turns.sent(next);
            update(served);
          }
          const total = lines.reduce((sum, { held }) => sum + held, 0);
          assert.equal(turns.held, total);
          assert.ok(total <= WINDOW);
          const starved = lines.some(({ waiting, held }) => waiting > 0 && held < WINDOW / 4);
          assert.ok(!starved || total === WINDOW, 'room is left while somebody waits');
        }
      }),
    );
  });

  it('serve those that are ready one after the other', () => {
    const turns = new Turns(WINDOW);
    const lines = [new Line(), new Line(), new Line()];
    for (const line of lines) turns.update(line as unknown as Feed, true);
    const served: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const feed = turns.next(false) as Feed;
      served.push(lines.indexOf(feed as unknown as Line));
      (feed as unknown as Line).held += 1;
      turns.sent(feed);
      turns.update(feed, true);
    }
    assert.deepEqual(served, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('give nobody more than a quarter while more may come that is not known yet', () => {
    const turns = new Turns(WINDOW);
    const line = new Line();
    turns.update(line as unknown as Feed, true);
    while (turns.next(true)) {
      line.held += 1;
      turns.sent(line as unknown as Feed);
      turns.update(line as unknown as Feed, true);
    }
    assert.equal(line.held, WINDOW / 4);
  });
});
