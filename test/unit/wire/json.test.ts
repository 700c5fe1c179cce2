import assert from 'node:assert/strict';
import { bytesOf } from '../../../core/wire/bytes.ts';
import type { Frame } from '../../../core/wire/frames.ts';
import { decodeJson, encodeJson } from '../../../core/wire/json.ts';

const ID = '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051';

function read(text: string, from: 'client' | 'server' = 'client'): Frame | undefined {
  return decodeJson(bytesOf(text), from);
}

describe('the JSON binding', () => {
  it('ignores keys that it does not know, __proto__ too', () => {
    const text = '{"__proto__":{"id":9,"sentAt":8},"type":"ping","id":1,"x":{"y":[null,true]}}';
    const frame = read(text);
    assert.deepEqual(frame, { type: 'ping', id: 1 });
    assert.equal(Object.getPrototypeOf(frame), Object.prototype);
    assert.equal(({} as { sentAt?: number }).sentAt, undefined);
  });

  it('takes the last of a key that occurs twice', () => {
    assert.deepEqual(read('{"type":"ping","id":1,"id":2}'), { type: 'ping', id: 2 });
  });

  it('takes whole numbers in any notation', () => {
    assert.deepEqual(read('{"type":"ping","id":1.0e2}'), { type: 'ping', id: 100 });
    const zero = read('{"type":"ping","id":-0}');
    assert.ok(zero?.type === 'ping' && Object.is(zero.id, 0));
  });

  it('takes ids in capitals for the same', () => {
    const head = '{"type":"send","conversation":"g/tea","number":1,"sentAt":5,"text":"","id":"';
    const frame = read(`${head}${ID.toUpperCase()}"}`);
    assert.ok(frame?.type === 'send');
    assert.equal(frame.id, ID);
  });

  it('takes an empty array for none', () => {
    assert.deepEqual(read('{"type":"moved","address":[]}', 'server'), { type: 'moved' });
  });

  it('skips what it does not know of a server', () => {
    assert.equal(read('{"type":"news","x":1}', 'server'), undefined);
    assert.equal(read('{"type":"result","query":1,"item":[]}', 'server'), undefined);
  });

  it('takes thousands of groups, but no text of brackets alone', () => {
    const upTo = Array.from({ length: 10_000 }, (_, i) => ({ conversation: 'g/a', position: i }));
    const frame = read(JSON.stringify({ type: 'received', upTo }));
    assert.ok(frame?.type === 'received' && frame.upTo?.length === 10_000);
    const empty = `{"type":"ping","id":1,"x":[${'[],'.repeat(20_000)}[]]}`;
    assert.throws(() => read(empty), { name: 'WireError', code: 'malformed' });
  });

  it('is not misled by brackets and quotes within strings', () => {
    const reason = `${'['.repeat(5000)}"\\${'{'.repeat(5000)}`;
    assert.deepEqual(read(JSON.stringify({ type: 'bye', reason })), { type: 'bye', reason });
  });

  it('takes a million brackets without a stack', () => {
    assert.throws(() => read('['.repeat(1_000_000)), { code: 'malformed' });
    assert.throws(() => read('{"a":'.repeat(200_000)), { code: 'malformed' });
  });

  it('refuses bytes that are not UTF-8', () => {
    const bytes = Buffer.from('{"type":"bye","reason":"\xff"}', 'latin1');
    assert.throws(() => decodeJson(bytes, 'client'), { code: 'malformed' });
  });

  it('writes no frame that could not be read', () => {
    for (const id of [-1, 0.5, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => encodeJson({ type: 'ping', id }), RangeError);
    }
    const send = { type: 'send', conversation: 'g/tea', number: 1, sentAt: 5 } as const;
    assert.throws(() => encodeJson({ ...send, id: ID, body: Uint8Array.of(255) }), RangeError);
    assert.throws(() => encodeJson({ ...send, id: 'x', body: new Uint8Array(0) }), RangeError);
    const bye = JSON.parse(encodeJson({ type: 'bye', reason: '\ud800' })) as { reason: string };
    assert.equal(bye.reason, '\ufffd');
  });
});
