/** The JSON binding: one frame, one JSON object. */
export { encodeJson } from './json-write.ts';
export { decodeJson } from './json-read.ts';
