import assert from 'node:assert/strict';
import { encodeFrame } from '../../../core/wire/frame-buffer.ts';
import { FrameDecoder } from '../../../core/wire/frame-decoder.ts';
import type { Frame, Send } from '../../../core/wire/frames.ts';
import { fromHex } from './vectors.ts';

const SEND: Send = {
  type: 'send',
  conversation: 'g/tea',
  number: 1,
  id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
  sentAt: 5,
  body: new Uint8Array(3000).fill(7),
};
const PING: Frame = { type: 'ping', id: 1 };

function clientStream(maxFrameBytes = 65_536): FrameDecoder {
  return new FrameDecoder({ from: 'client', framing: 'stream', maxFrameBytes });
}

function serverStream(): FrameDecoder {
  return new FrameDecoder({ from: 'server', framing: 'stream', maxFrameBytes: 65_536 });
}

function friendsIfNine(query: number): 'friends' | undefined {
  return query === 9 ? 'friends' : undefined;
}

describe('a frame decoder', () => {
  it('counts the header into the length of a frame', () => {
    const bytes = encodeFrame(SEND);
    const fits = clientStream(bytes.length);
    fits.push(bytes);
    assert.deepEqual(fits.next(), SEND);
    const tooLong = clientStream(bytes.length - 1);
    tooLong.push(bytes);
    assert.throws(() => tooLong.next(), { code: 'frame-too-large' });
  });

  it('refuses a frame that is too long by its header alone', () => {
    const decoder = clientStream();
    decoder.push(fromHex('10ffff'));
    assert.equal(decoder.next(), undefined);
    decoder.push(fromHex('ffff'));
    assert.throws(() => decoder.next(), { code: 'frame-too-large' });
    assert.equal(decoder.heldBytes, 0);
  });

  it('refuses a frame of the wrong side before its fields have come', () => {
    const decoder = clientStream();
    decoder.push(fromHex('0500001000'));
    assert.throws(() => decoder.next(), { code: 'malformed' });
  });

  it('takes a new limit from the next frame on', () => {
    const decoder = clientStream(100);
    const small = encodeFrame(PING);
    decoder.push(new Uint8Array([...small, ...encodeFrame(SEND)]));
    assert.deepEqual(decoder.next(), PING);
    decoder.maxFrameBytes = 4096;
    assert.deepEqual(decoder.next(), SEND);
  });

  it('takes memory for a frame as it comes, not as it claims', () => {
    const decoder = clientStream(16_777_216);
    decoder.push(fromHex('1000fffff0'));
    decoder.push(new Uint8Array(1000));
    assert.equal(decoder.next(), undefined);
    assert.ok(decoder.heldBytes >= 1005 && decoder.heldBytes <= 2010, `${decoder.heldBytes}`);
  });

  it('keeps nothing of a chunk once next gave undefined', () => {
    const bytes = encodeFrame(SEND);
    const decoder = clientStream();
    const chunk = bytes.slice(0, 1000);
    decoder.push(chunk);
    assert.equal(decoder.next(), undefined);
    chunk.fill(0);
    decoder.push(bytes.slice(1000));
    assert.deepEqual(decoder.next(), SEND);
  });

  it('takes many chunks before it is asked', () => {
    const bytes = encodeFrame(SEND);
    const decoder = clientStream();
    for (let at = 0; at < bytes.length; at += 700) decoder.push(bytes.slice(at, at + 700));
    decoder.push(encodeFrame(PING));
    assert.deepEqual(decoder.next(), SEND);
    assert.deepEqual(decoder.next(), PING);
    assert.equal(decoder.next(), undefined);
  });

  it('takes the same chunk twice', () => {
    const half = new Uint8Array([...encodeFrame(PING), 3]);
    const decoder = clientStream();
    decoder.push(half);
    decoder.push(fromHex('00000003010101'));
    decoder.push(half.slice(0, -1));
    assert.deepEqual(decoder.next(), PING);
    assert.deepEqual(decoder.next(), PING);
    assert.deepEqual(decoder.next(), PING);
  });

  it('says so when a stream ends within a frame', () => {
    const decoder = clientStream();
    decoder.push(encodeFrame(PING));
    assert.deepEqual(decoder.next(), PING);
    decoder.end();
    decoder.push(fromHex('03'));
    assert.equal(decoder.next(), undefined);
    assert.throws(() => decoder.end(), { code: 'malformed' });
  });

  it('reads several frames from one message, and no frame from two', () => {
    const settings = { from: 'client', framing: 'messages', maxFrameBytes: 65_536 } as const;
    const decoder = new FrameDecoder(settings);
    const ping = encodeFrame(PING);
    decoder.push(new Uint8Array([...ping, ...ping]));
    assert.deepEqual(decoder.next(), PING);
    assert.deepEqual(decoder.next(), PING);
    assert.equal(decoder.next(), undefined);
    decoder.push(ping.slice(0, 6));
    decoder.push(ping.slice(6));
    assert.throws(() => decoder.next(), { code: 'malformed' });
  });

  it('skips what it does not know of a server, even in pieces', () => {
    const decoder = serverStream();
    const unknown = fromHex('7f00000003ffffff');
    decoder.push(new Uint8Array([...unknown, ...encodeFrame(PING), ...unknown.slice(0, 7)]));
    assert.deepEqual(decoder.next(), PING);
    assert.equal(decoder.next(), undefined);
    decoder.push(new Uint8Array([0xff, ...encodeFrame(PING)]));
    assert.deepEqual(decoder.next(), PING);
  });

  it('skips a RESULT that nobody waits for', () => {
    const decoder = serverStream();
    const item = [{ user: 'bob', state: 'friend' }];
    decoder.push(encodeFrame({ type: 'result', query: 9, what: 'friends', item }));
    decoder.push(encodeFrame(PING));
    assert.deepEqual(decoder.next(), PING);
  });

  it('reads items that come before the query they answer', () => {
    const settings = { from: 'server', framing: 'stream', maxFrameBytes: 65_536 } as const;
    const decoder = new FrameDecoder({ ...settings, whatOf: friendsIfNine });
    decoder.push(fromHex('310000000f020a0103626f62020361736b010109'));
    const item = [{ user: 'bob', state: 'ask' }];
    assert.deepEqual(decoder.next(), { type: 'result', query: 9, what: 'friends', item });
  });
});
