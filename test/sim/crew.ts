/** Shares pieces of work out among worker threads: whoever is free takes the next one. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export interface Shared<Job, Answer> {
  /** What each thread runs: it answers each message with one. */
  readonly script: URL;
  readonly jobs: readonly Job[];
  /** Called with each answer as it comes; false: no further job is begun. */
  readonly done: (answer: Answer, job: Job) => boolean;
}

/** Rejects with what a thread throws. */
export async function shareOut<Job, Answer>(shared: Shared<Job, Answer>): Promise<void> {
  const { script, jobs, done } = shared;
  const left = [...jobs];
  const workers = Array.from(
    { length: Math.min(availableParallelism(), jobs.length) },
    () => new Worker(script),
  );
  const work = async (worker: Worker): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      worker.postMessage(job);
      // Rejects, as `once` does, when the thread throws.
      const [answer] = (await once(worker, 'message')) as [Answer];
      if (!done(answer, job)) left.length = 0;
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
