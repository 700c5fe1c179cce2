/** What the fuzzer starts from: the vectors, and inputs made to take as much as they can. */
import type { Side } from '../../core/wire/field.ts';
import { FRAME_VECTORS, REFUSED_JSON_VECTORS } from '../unit/wire/vectors.ts';

export interface Corpus {
  readonly tlv: readonly Buffer[];
  readonly json: readonly Buffer[];
  readonly hostileTlv: readonly Buffer[];
  readonly hostileJson: readonly Buffer[];
}

const FULL = 65_500;

/** A frame of one field over and over. */
function stuffed(octet: number, field: string): Buffer {
  const one = Buffer.from(field, 'hex');
  const times = Math.floor(FULL / one.length);
  const frame = Buffer.alloc(5 + times * one.length);
  frame[0] = octet;
  frame.writeUInt32BE(times * one.length, 1);
  for (let i = 0; i < times; i++) one.copy(frame, 5 + i * one.length);
  return frame;
}

function hostileTlv(): Buffer[] {
  return [
    stuffed(0x21, '010401000200'),
    stuffed(0x22, '010401000200'),
    stuffed(0x22, '0100'),
    stuffed(0x06, '0100'),
    stuffed(0x06, '010161'),
    stuffed(0x08, '0106010002000300'),
    stuffed(0x31, '02040100020001'),
    stuffed(0x01, '0500'),
    stuffed(0x10, '6300'),
    Buffer.alloc(FULL, 0x80),
    Buffer.alloc(FULL, 0),
    Buffer.from('10fffffff0'.repeat(3), 'hex'),
  ];
}

function fill(text: string): string {
  return text.repeat(Math.floor(FULL / text.length));
}

function hostileJson(): Buffer[] {
  const keys = Array.from({ length: 6000 }, (_, i) => `"${i.toString(36)}":1,`).join('');
  return [
    fill('['),
    fill('{"a":'),
    `[${fill('[],')}[]]`,
    `[${fill('{},')}{}]`,
    `[${fill('1,')}1]`,
    `{"type":"ping","id":1,"x":[${fill('0.1,')}1]}`,
    `{${keys}"type":"ping","id":1}`,
    fill('"'),
    fill('\\'),
    `{"type":"moved","address":[${fill('"",')}""]}`,
    `{"type":"bye","reason":"${fill('\\u0041')}"}`,
    `{"type":"bye","reason":"${fill('é')}"}`,
  ].map((text) => Buffer.from(text));
}

export function loadCorpus(from: Side): Corpus {
  const frames = FRAME_VECTORS.filter((vector) => vector.from === from);
  const refused = REFUSED_JSON_VECTORS.filter((vector) => vector.from === from);
  return {
    tlv: frames.map((vector) => Buffer.from(vector.tlv, 'hex')),
    json: [
      ...frames.map((vector) => Buffer.from(JSON.stringify(vector.json))),
      ...refused.map((vector) => Buffer.from(vector.json)),
    ],
    hostileTlv: hostileTlv(),
    hostileJson: hostileJson(),
  };
}
