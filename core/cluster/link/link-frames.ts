/**
 * Frames of a link: a kind (1 octet), a length (4 octets, big-endian), and as many octets: the form
 * of the frames that clients speak.
 */
export const KINDS = {
  hello: 1,
  challenge: 2,
  proof: 3,
  open: 4,
  refuse: 5,
  ping: 6,
  pong: 7,
  data: 8,
} as const;
export type Kind = keyof typeof KINDS;

const HEADER_BYTES = 5;
const NOTHING = new Uint8Array();
const names = new Map<number, Kind>(
  Object.entries(KINDS).map(([name, octet]) => [octet, name as Kind]),
);

export interface LinkFrame {
  readonly kind: Kind;
  readonly payload: Uint8Array;
}

export function encodeLinkFrame(kind: Kind, payload: Uint8Array = NOTHING): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = KINDS[kind];
  new DataView(bytes.buffer).setUint32(1, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Cuts a stream of bytes into frames. */
export class LinkFrameReader {
  #held: Uint8Array = NOTHING;

  /**
   * The frames that are whole now, up to `maxBytes` each (asked anew for each frame, since it may
   * change between two). Undefined in place of a frame: what comes is none, and nothing after it
   * counts.
   */
  *read(bytes: Uint8Array, maxBytes: () => number): Generator<LinkFrame | undefined> {
    let rest = this.#held.length === 0 ? bytes : joined(this.#held, bytes);
    while (rest.length >= HEADER_BYTES) {
      const kind = names.get(rest[0] as number);
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(1);
      if (kind === undefined || length > maxBytes()) {
        yield undefined;
        return;
      }
      const end = HEADER_BYTES + length;
      if (rest.length < end) break;
      const payload = rest.slice(HEADER_BYTES, end);
      rest = rest.subarray(end);
      yield { kind, payload };
    }
    this.#held = rest.slice();
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
