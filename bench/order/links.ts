/**
 * Synthetic ways for messages, by seed: how long each one takes, and what overtakes what. All are
 * in whole ms, so that they add up to the stamps that senders and servers write.
 */
import type { Random } from 'im-kernel/contract';

/** From when each message was sent to when it arrives, ms; the result has the same sequence. */
export type Link = (sentMs: readonly number[], random: Random) => number[];

/** The least that any way takes. */
export const BASE_MS = 40;

/** The one delay of a way on which nothing is uneven. */
export const even: Link = (sentMs) => sentMs.map((ms) => ms + BASE_MS);

/** One connection: whatever a message waits for, those behind it wait for, too. */
const fifo: Link = (sentMs, random) => {
  let beforeMs = 0;
  return sentMs.map((ms) => {
    beforeMs = Math.max(beforeMs, ms + BASE_MS + tail(random, 25, 0.9));
    return beforeMs;
  });
};

/** Most take a path on which nothing overtakes; this share takes a slower one. */
function multiPath(slowShare: number, medianMs: number, sigma: number): Link {
  return (sentMs, random) => {
    let beforeMs = 0;
    return sentMs.map((ms) => {
      const fastMs = ms + BASE_MS + Math.floor(random.next() * 10);
      if (random.next() < slowShare) return fastMs + tail(random, medianMs, sigma);
      beforeMs = Math.max(beforeMs, fastMs);
      return beforeMs;
    });
  };
}

const mild = multiPath(0.0165, 120, 0.55);
const heavy = multiPath(0.165, 60, 1.3);

/** As `mild`; from the middle on, all take 400 ms longer. */
const shifting: Link = (sentMs, random) =>
  mild(sentMs, random).map((ms, index) => (index < sentMs.length / 2 ? ms : ms + 400));

export const links: Readonly<Record<string, Link>> = {
  FIFO: fifo,
  'mild multi-path': mild,
  'heavy jitter': heavy,
  'shifting delay': shifting,
};

/** Logarithmic normal, by Box and Muller. */
function tail(random: Random, medianMs: number, sigma: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  const normal = radius * Math.cos(2 * Math.PI * random.next());
  return Math.round(medianMs * Math.exp(sigma * normal));
}
