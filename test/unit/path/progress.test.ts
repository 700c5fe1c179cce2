import assert from 'node:assert/strict';
import { ImError, type Persistence, type Progress as Saved } from 'im-kernel/contract';
import { fakeClock, quietHost } from 'im-kernel/kit';
import { Conversation } from '../../../core/chat/conversation.ts';
import { Progress, type MarkMove } from '../../../core/path/progress.ts';
import type { Session } from '../../../core/session/session.ts';
import { FlightRecorder } from '../../../core/path/trace/flight-recorder.ts';
import { limitsWith } from './limits-with.ts';

const TALK = 'd/ann/bob';
const PHONE = { user: 'bob', device: 'p' } as Session;
const LAPTOP = { user: 'bob', device: 'l' } as Session;

/** Lets promises go on that can. */
async function soon(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A store whose saving ends when it is told to, well or badly. */
class Desk {
  readonly saved: Saved[] = [];
  readonly told: MarkMove[] = [];
  readonly recorder = new FlightRecorder(limitsWith({}));
  freed = 0;
  unpinned = 0;
  readonly clock = fakeClock();
  readonly host = quietHost();
  readonly conversation = new Conversation(TALK);
  readonly progress: Progress;
  #answer: ((fails: boolean) => void) | undefined;

  constructor(progressPending = 100) {
    const store: Partial<Persistence> = {
      saveProgress: (batch) =>
        new Promise((resolve, reject) => {
          this.#answer = (fails) => {
            if (fails) return reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }));
            this.saved.push(batch);
            resolve();
          };
        }),
    };
    this.progress = new Progress({
      persistence: store as Persistence,
      clock: this.clock,
      log: this.host.log,
      recorder: this.recorder,
      limits: limitsWith({ progressEvery: 50, progressPending }),
      onKept: (moves) => this.told.push(...moves),
      freed: () => (this.freed += 1),
      unpin: () => (this.unpinned += 1),
    });
  }

  /** Lets the store answer what is being saved. */
  async answer(fails = false): Promise<void> {
    await soon();
    const answer = this.#answer;
    assert.ok(answer, 'something is being saved');
    this.#answer = undefined;
    answer(fails);
    await soon();
  }

  move(session: Session, received: number, read = 0): void {
    this.progress.moveCursor(TALK, session.user, session.device, received);
    this.progress.moveMarks(this.conversation, session, { received, read });
  }
}

describe('progress', () => {
  it('gathers what moves and keeps the highest, once per interval', async () => {
    const desk = new Desk();
    for (const position of [1, 3, 2]) desk.move(PHONE, position);
    assert.equal(desk.progress.cursorOf(TALK, 'bob', 'p'), 3);
    desk.clock.advance(49);
    await assert.rejects(desk.answer());
    desk.clock.advance(1);
    await desk.answer();
    const [batch] = desk.saved;
    assert.deepEqual(batch?.cursors, [{ conversation: TALK, user: 'bob', device: 'p', cursor: 3 }]);
    const marks = { received: 3, read: 0 };
    assert.deepEqual(batch?.marks, [{ conversation: TALK, user: 'bob', marks }]);
    assert.deepEqual(
      desk.told.map(({ before, after }) => [before.received, after.received]),
      [[0, 3]],
    );
    assert.deepEqual([desk.progress.pending, desk.unpinned, desk.conversation.pins], [0, 1, 1]);
  });

  it('tells nobody of what is not kept, takes it back, and tries again', async () => {
    const desk = new Desk();
    desk.move(PHONE, 2);
    desk.clock.advance(50);
    desk.move(PHONE, 5, 4);
    desk.progress.moveCursor(TALK, 'bob', 'p', 5);
    await desk.answer(true);
    assert.deepEqual([desk.told, desk.saved], [[], []]);
    assert.equal(desk.progress.cursorOf(TALK, 'bob', 'p'), 5);
    desk.clock.advance(50);
    await desk.answer();
    assert.deepEqual(
      desk.saved[0]?.cursors.map(({ cursor }) => cursor),
      [5],
    );
    const [move] = desk.told;
    assert.deepEqual(
      [move?.before, move?.after],
      [
        { received: 0, read: 0 },
        { received: 5, read: 4 },
      ],
    );
    assert.equal(desk.unpinned, 2, 'each pin is given back once');
  });

  it('says once that it is not kept, however often it is tried, and once that it is again', async () => {
    const desk = new Desk();
    desk.move(PHONE, 2);
    for (const fails of [true, true, true, false]) {
      desk.clock.advance(50);
      await desk.answer(fails);
    }
    assert.deepEqual(
      desk.host.lines.map(({ level, message }) => `${level} ${message}`),
      ['warn progress was not kept, it is tried again', 'info progress is kept again'],
    );
  });

  it('does not let an older failed batch win over what came after it', async () => {
    const desk = new Desk();
    desk.progress.moveCursor(TALK, 'bob', 'p', 9);
    desk.clock.advance(50);
    desk.progress.moveCursor(TALK, 'bob', 'p', 4);
    await desk.answer(true);
    desk.clock.advance(50);
    await desk.answer();
    assert.deepEqual(
      desk.saved[0]?.cursors.map(({ cursor }) => cursor),
      [9],
    );
  });

  it('names the session that moved the marks, and none if several did', async () => {
    const desk = new Desk();
    desk.move(PHONE, 2);
    desk.clock.advance(50);
    await desk.answer();
    desk.move(PHONE, 3);
    desk.move(LAPTOP, 4);
    desk.clock.advance(50);
    await desk.answer();
    assert.deepEqual(
      desk.told.map(({ by }) => by),
      [PHONE, undefined],
    );
  });

  it('is kept whole by flush, what is on its way included', async () => {
    const desk = new Desk();
    desk.move(PHONE, 1);
    desk.clock.advance(50);
    desk.move(PHONE, 2);
    let done = false;
    const flushing = desk.progress.flush().then(() => (done = true));
    await desk.answer();
    assert.equal(done, false);
    await desk.answer();
    await flushing;
    assert.deepEqual(
      desk.saved.map(({ cursors }) => cursors[0]?.cursor),
      [1, 2],
    );
  });

  it('does not make flush wait for ever for a store that is away', async () => {
    const desk = new Desk();
    desk.move(PHONE, 1);
    const flushing = desk.progress.flush();
    await desk.answer(true);
    await flushing;
    assert.deepEqual(desk.saved, []);
    assert.ok(desk.progress.pending > 0);
  });

  it('is full at its bound, and says when it is not any more', async () => {
    const desk = new Desk(100);
    for (let at = 0; at < 100; at += 1) desk.progress.moveCursor(`g/t${at}`, 'bob', 'p', 1);
    assert.ok(desk.progress.full);
    desk.clock.advance(50);
    await desk.answer(true);
    assert.deepEqual([desk.progress.full, desk.freed], [true, 0]);
    desk.clock.advance(50);
    await desk.answer();
    assert.deepEqual([desk.progress.full, desk.freed], [false, 1]);
  });

  it('remembers who was seen until it is kept, and asks for no timer after stop', async () => {
    const desk = new Desk();
    desk.progress.see('ann');
    assert.equal(desk.progress.seenAt('ann'), desk.clock.now());
    desk.clock.advance(50);
    await desk.answer();
    assert.equal(desk.progress.seenAt('ann'), undefined);
    desk.progress.stop();
    desk.move(PHONE, 1);
    assert.equal(desk.clock.pending, 0);
  });
});
