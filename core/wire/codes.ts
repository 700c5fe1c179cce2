/**
 * All codes of the protocol: in ERROR for the connection, in REFUSED for a command, in RESULT for a
 * question.
 */
export const CODES = [
  'malformed',
  'unsupported-version',
  'unauthenticated',
  'session-replaced',
  'frame-too-large',
  'too-many-connections',
  'rate-limited',
  'busy',
  'not-ready',
  'storage-full',
  'stale',
  'conflict',
  'invalid',
  'forbidden',
  'not-found',
  'not-member',
  'not-friend',
  'already',
  'too-large',
  'group-full',
  'shutting-down',
  'internal',
] as const;

export type Code = (typeof CODES)[number];

/**
 * Refusals after which the same number and id may be sent again; every other refusal of a command
 * is final.
 */
export const PASSING: ReadonlySet<string> = new Set<Code>([
  'busy',
  'rate-limited',
  'not-ready',
  'storage-full',
]);
