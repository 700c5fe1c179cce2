/** How deep arrays and objects may stand in one another. */
const DEPTH_MAX = 32;
/** So many arrays and objects may occur anyhow, and one more for each so many bytes. */
const CONTAINERS_FREE = 1024;
const BYTES_PER_CONTAINER = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * True if a JSON text nests no deeper than a frame can need and is not made of brackets alone, so
 * that parsing it takes neither stack nor memory out of proportion. Whether it is JSON at all is
 * left to the parser.
 */
export function isShapedLikeFrames(bytes: Uint8Array): boolean {
  const containersMax = CONTAINERS_FREE + bytes.length / BYTES_PER_CONTAINER;
  let containers = 0;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
      continue;
    }
    if (byte === QUOTE) inString = true;
    else if ((byte & 0xdf) === 0x5b) {
      depth += 1;
      containers += 1;
      if (depth > DEPTH_MAX || containers > containersMax) return false;
    } else if ((byte & 0xdf) === 0x5d) depth -= 1;
  }
  return true;
}
