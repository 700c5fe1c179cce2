import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fakeClock, until } from 'im-kernel/kit';
import type { Desk } from '../../../core/admin/desk/desk.ts';
import { Events } from '../../../core/admin/desk/events.ts';
import { Stream } from '../../../core/admin/http/stream.ts';

const INTERVAL_MS = 500;
const FULL_BYTES = 2 ** 20;

/** What a server writes to, of a viewer who reads when a test says so. */
class Viewer extends EventEmitter {
  writableLength = 0;
  written = '';
  cut = false;
  readonly writeHead = (): void => undefined;
  readonly flushHeaders = (): void => undefined;
  readonly end = (): void => undefined;
  readonly destroy = (): void => {
    this.cut = true;
    this.emit('close');
  };
  readonly write = (text: string): void => void (this.written += text);

  /** The numbers of frames that it was spared before each that it got. */
  get skipped(): readonly number[] {
    return [...this.written.matchAll(/"skipped":(\d+)/g)].map(([, number]) => Number(number));
  }

  get beats(): number {
    return this.written.split('event: beat').length - 1;
  }
}

function watched() {
  const clock = fakeClock();
  const events = new Events(clock, 'one');
  let looks = 0;
  const watch = (): Promise<object> => {
    looks += 1;
    return Promise.resolve({ looks });
  };
  const desk = { events, watch } as unknown as Desk;
  const viewer = new Viewer();
  const watching = {
    topics: ['overview'],
    intervalMs: INTERVAL_MS,
    events: false,
    after: undefined,
    level: 'info',
  } as const;
  const stream = new Stream(viewer as unknown as ServerResponse, watching, {
    desk,
    clock,
    who: { name: 'r', may: 'read' },
    isKnown: () => true,
    loopDelayMs: () => 0,
  });
  stream.begin(watching);
  return { clock, viewer, stream, events, looks: () => looks };
}

describe('a viewer', () => {
  it('who reads slowly is spared frames, hears how many, and costs no looks meanwhile', async () => {
    const { clock, viewer, stream, looks } = watched();
    await until(() => viewer.skipped.length === 1 && clock.pending === 2, 'a first frame');
    viewer.writableLength = FULL_BYTES;
    for (let time = 0; time < 3; time += 1) clock.advance(INTERVAL_MS);
    viewer.writableLength = 0;
    clock.advance(INTERVAL_MS);
    await until(() => viewer.skipped.length === 2, 'a frame after the pause');
    assert.deepEqual(viewer.skipped, [0, 3]);
    assert.equal(looks(), 2);
    stream.end();
  });

  it('who reads nothing for a minute is cut off, and that is told', async () => {
    const { clock, viewer, events } = watched();
    await until(() => clock.pending === 2, 'a first frame');
    viewer.writableLength = FULL_BYTES;
    for (let second = 0; second < 60; second += 1) clock.advance(1_000);
    viewer.writableLength = 0;
    clock.advance(1_000);
    viewer.writableLength = FULL_BYTES;
    for (let second = 0; second < 60; second += 1) clock.advance(1_000);
    assert.equal(viewer.cut, false, 'it read in between');
    clock.advance(1_000);
    assert.equal(viewer.cut, true);
    assert.equal(clock.pending, 0);
    const [told] = events.since(undefined, 'warn', 10).events;
    assert.equal(told?.message, 'a viewer who reads nothing was cut off');
  });

  it('gets a beat a second, and nothing once it has gone', async () => {
    const { clock, viewer } = watched();
    await until(() => clock.pending === 2, 'a first frame');
    for (let second = 0; second < 3; second += 1) clock.advance(1_000);
    assert.equal(viewer.beats, 4);
    viewer.emit('close');
    assert.equal(clock.pending, 0);
  });
});
