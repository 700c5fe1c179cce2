/** One attempt of a consumer with an entry: a time limit, and an end when the node stops. */
import { type Clock, type Consumer, type Entry } from '../contract/index.ts';

interface Means {
  readonly consumer: Consumer;
  readonly clock: Clock;
  readonly timeLimitMs: number;
  /** Attempts under way: each is ended by its controller. */
  readonly running: Set<AbortController>;
}

/** Rejects as the consumer does, or when nobody waits any more; then its signal has fired. */
export async function attemptWith(means: Means, entry: Entry, attempt: number): Promise<void> {
  const { consumer, clock, timeLimitMs, running } = means;
  const controller = new AbortController();
  const { signal } = controller;
  const { promise: ended, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  const cancel = clock.after(timeLimitMs, () => {
    controller.abort(new Error(`not done within ${timeLimitMs} ms`));
  });
  running.add(controller);
  try {
    // In an async function, so that a consumer which throws at once is met in the same way.
    const work = (async () => consumer.consume(entry, { attempt, signal }))();
    await Promise.race([work, ended]);
  } finally {
    cancel();
    running.delete(controller);
  }
}
