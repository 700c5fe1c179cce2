/**
 * Takes whole DELIVER frames out of a stream of bytes: what TCP never does, and a buggy gateway
 * might.
 */
import { FrameBuffer } from '../../core/wire/frame-buffer.ts';
import type { Prng } from './prng.ts';

const HEADER_BYTES = 5;
const DELIVER = 0x20;

/**
 * For one stream: gives back each segment's whole frames, but for those deliveries that chance
 * takes.
 */
export function lossy(prng: Prng, probability: number): (bytes: Uint8Array) => Uint8Array {
  let held = new Uint8Array(0);
  return (bytes) => {
    const joined = new Uint8Array(held.length + bytes.length);
    joined.set(held);
    joined.set(bytes, held.length);
    const kept = new FrameBuffer();
    let at = 0;
    while (at + HEADER_BYTES <= joined.length) {
      const length = new DataView(joined.buffer).getUint32(at + 1);
      const end = at + HEADER_BYTES + length;
      if (end > joined.length) break;
      const isTaken = joined[at] === DELIVER && prng.chance(probability);
      if (!isTaken) kept.appendBytes(joined.subarray(at, end));
      at = end;
    }
    held = joined.slice(at);
    return kept.take();
  };
}
