import assert from 'node:assert/strict';
import { encodeFrame, FrameBuffer } from '../../../core/wire/frame-buffer.ts';
import type { Frame, Send } from '../../../core/wire/frames.ts';
import { toHex } from './vectors.ts';

const PING: Frame = { type: 'ping', id: 1 };
const ID = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';

function send(body: Uint8Array): Send {
  return { type: 'send', conversation: 'g/tea', number: 1, id: ID, sentAt: 5, body };
}

describe('a frame buffer', () => {
  it('gathers frames one after the other', () => {
    const buffer = new FrameBuffer();
    const long = send(new Uint8Array(100_000).fill(9));
    buffer.append(PING);
    buffer.append(long);
    buffer.appendBytes(encodeFrame(PING));
    assert.equal(buffer.length, 8 + encodeFrame(long).length + 8);
    const expected = toHex(encodeFrame(PING)) + toHex(encodeFrame(long)) + toHex(encodeFrame(PING));
    assert.equal(toHex(buffer.take()), expected);
    assert.equal(buffer.length, 0);
    assert.equal(buffer.take().length, 0);
  });

  it('never touches again what it handed over, nor shares its memory', () => {
    const buffer = new FrameBuffer();
    for (const count of [1, 20, 2000]) {
      for (let i = 0; i < count; i++) buffer.append(PING);
      const first = buffer.take();
      const copy = toHex(first);
      for (let i = 0; i < count; i++) buffer.append({ type: 'pong', id: 2 });
      const second = buffer.take();
      assert.equal(toHex(first), copy);
      assert.notEqual(first.buffer, second.buffer);
    }
  });

  it('copies the bodies it is given', () => {
    const buffer = new FrameBuffer();
    const body = Uint8Array.of(1, 2, 3);
    buffer.append(send(body));
    const expected = toHex(encodeFrame(send(body)));
    body.fill(0);
    assert.equal(toHex(buffer.take()), expected);
  });

  it('leaves no trace of a frame that cannot be written', () => {
    const buffer = new FrameBuffer();
    buffer.append(PING);
    const wrong: Frame[] = [
      { ...send(new Uint8Array(0)), id: 'no uuid' },
      { ...send(new Uint8Array(0)), id: `${ID.slice(0, 35)}\u0161` },
      { ...send(new Uint8Array(0)), sentAt: -1 },
      { ...send(new Uint8Array(0)), sentAt: 1.5 },
      { ...send(new Uint8Array(0)), sentAt: Number.NaN },
      { type: 'ping', id: 2 ** 48 },
    ];
    for (const frame of wrong) assert.throws(() => buffer.append(frame), RangeError);
    buffer.append(PING);
    assert.equal(toHex(buffer.take()), toHex(encodeFrame(PING)).repeat(2));
  });

  it('keeps no large room under a small result', () => {
    const buffer = new FrameBuffer();
    buffer.append(send(new Uint8Array(60_000)));
    buffer.take();
    buffer.append(PING);
    assert.equal(buffer.take().buffer.byteLength, 8);
  });
});
