/** Two users with two devices each, whose clocks are wrong, and whose messages take their time. */
import * as fc from 'fast-check';
import type { Message } from './window-stage.ts';

export const TEN_MINUTES_MS = 600_000;

/** A message of one of them, and what happens before it comes; lost: its batch is not kept. */
export const event = fc.record({
  sender: fc.integer({ min: 0, max: 3 }),
  sentAfterMs: fc.integer({ min: 0, max: 40 }),
  delayMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  ),
  fate: fc.constantFrom('kept', 'kept', 'kept', 'kept', 'lost', 'restart', 'reread', 'back'),
});
export type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** By how much each clock is wrong, ms. */
export const skews = fc.tuple(
  ...Array.from({ length: 4 }, () =>
    fc.oneof(
      fc.constant(0),
      fc.integer({ min: -1_500, max: 1_500 }),
      fc.integer({ min: -TEN_MINUTES_MS, max: TEN_MINUTES_MS }),
    ),
  ),
);

/** What comes in, in the sequence in which it does: one device's messages do not overtake. */
export function arrivals<E extends Event>(
  events: readonly E[],
  skewsMs: readonly number[],
  startMs: number,
) {
  const readyAt = [0, 0, 0, 0];
  let sentAt = 0;
  const coming = events.map((one) => {
    const { sender, sentAfterMs, delayMs, fate } = one;
    sentAt += sentAfterMs;
    const at = Math.max(readyAt[sender] ?? 0, sentAt + delayMs);
    readyAt[sender] = at;
    const user = sender < 2 ? 'ann' : 'bob';
    const device = `phone${sender % 2}`;
    const stamp = startMs + sentAt + (skewsMs[sender] ?? 0);
    const message: Message = { user, device, sentAt: stamp, at, kept: fate !== 'lost' };
    return { message, fate, event: one };
  });
  return coming.sort((a, b) => a.message.at - b.message.at);
}
