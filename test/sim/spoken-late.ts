/** Notes what a node says while its lease, as the store has it, is over. */
import type { NodeLife } from 'im-kernel/contract';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';
import type { World } from './world.ts';

const MAX_FRAME_BYTES = 1 << 20;

interface SpokenLate {
  /** The node has joined under this life. */
  readonly joins: (life: NodeLife) => void;
  /** Whole frames leave it. */
  readonly sent: (bytes: Uint8Array) => void;
}

/** `lifeNumber`: which life of a node. */
export function spokenLate({ shelf, clock, recorder }: World, lifeNumber: number): SpokenLate {
  let own = '';
  return {
    joins: ({ life }) => {
      own = life;
    },
    sent: (bytes) => {
      const lateMs = clock.nowMs - (shelf.leaseEndMs(own) ?? Infinity);
      if (lateMs < 0) return;
      recorder.add({ type: 'spoke-late', life: lifeNumber, lateMs, frames: typesIn(bytes) });
    },
  };
}

function typesIn(bytes: Uint8Array): readonly string[] {
  const settings = { framing: 'stream', maxFrameBytes: MAX_FRAME_BYTES, from: 'server' } as const;
  const decoder = new FrameDecoder({ ...settings, whatOf: () => undefined });
  decoder.push(bytes.slice());
  const types: string[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
    types.push(frame.type);
  return types;
}
