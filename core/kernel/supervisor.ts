/**
 * Starts the parts of a node by rank, one after the other, and stops them in reverse. It knows
 * components only: not what they do, and not which plugin made them. It alone moves states.
 */
import type { Limits } from '../config/limits.ts';
import {
  ImError,
  must,
  reasonOf,
  type Cancel,
  type Clock,
  type Component,
  type Health,
  type Log,
} from '../contract/index.ts';
import type { PartHealth } from './health.ts';
import { notStarted, notStopped, overdue } from './part-errors.ts';
import { move, type State } from './lifecycle.ts';
import { settledWithin } from './within.ts';

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long each part may take to start, and to stop, ms; read at each use. */
  readonly limits: Pick<Limits, 'startTimeout' | 'stopTimeout'>;
}

export interface SupervisedPart {
  /** Unique within the node. */
  readonly name: string;
  /** Lower ranks start earlier and stop later; within a rank, in the sequence of `add`. */
  readonly rank: number;
  readonly component: Component;
}

/** What takes the place of a part. */
export interface Replacement {
  readonly rank: number;
  readonly component: Component;
}

export type FailedListener = (name: string, why: string) => void;

const WELL: Health = { state: 'running' };

interface Part extends SupervisedPart {
  state: State;
  health: Health;
  startMs: number | undefined;
}

/**
 * How long a part that overran its stop may take to let go by force, once its deadline has fired.
 */
const forceGraceMs = 500;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #parts: Part[] = [];
  readonly #listeners = new Set<FailedListener>();
  readonly #cancelStart = new AbortController();
  readonly #errors: ImError[] = [];
  #starting: Promise<void> | undefined;
  #stopping: Promise<readonly ImError[]> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Before `start` only. */
  add(part: SupervisedPart): void {
    must(!this.#starting && !this.#stopping, `${part.name} came after the start`);
    must(!this.#partOf(part.name), `two parts are named ${part.name}`);
    this.#parts.push({
      ...part,
      state: 'created',
      health: { state: 'running' },
      startMs: undefined,
    });
  }

  /**
   * Starts the parts of these ranks that were not started before, or all of them. Resolves when
   * they run. Otherwise stops again everything that had started and rejects with IM_KERNEL_START or
   * IM_KERNEL_TIMEOUT, which name the culprit; `stop` during the start ends it so, too.
   */
  start(ranks?: ReadonlySet<number>): Promise<void> {
    // In a later turn, so that a part which asks for a stop while it starts finds a start to end.
    const before = this.#starting ?? Promise.resolve();
    this.#starting = before.then(() => this.#startAll(ranks));
    return this.#starting;
  }

  /**
   * Stops all that started, and goes on past errors: they are the answer. Twice is the same as
   * once.
   */
  stop(): Promise<readonly ImError[]> {
    this.#stopping ??= this.#stopOnce();
    return this.#stopping;
  }

  /**
   * Starts what may take the place of a part, within the same time. Rejects as `start` does; then
   * it is stopped again.
   */
  async tryOut(name: string, component: Component): Promise<void> {
    const part: Part = { name, rank: 0, component, state: 'starting', health: WELL, startMs: 0 };
    try {
      if (this.#stopping) throw notStarted(part, 'a stop was asked for');
      await this.#awaitStart(part);
    } catch (error) {
      await this.retire(name, component);
      throw error;
    }
  }

  /**
   * The part of this name is another one from now on, or none; or a part came. It runs already;
   * what stood there before is not stopped.
   */
  exchange(name: string, next: Replacement | undefined): void {
    must(!this.#stopping, `${name} is exchanged while everything stops`);
    const at = this.#parts.findIndex((part) => part.name === name);
    const startMs = this.#parts[at]?.startMs;
    if (at >= 0) this.#parts.splice(at, 1);
    if (next) this.#parts.push({ name, ...next, state: 'running', health: WELL, startMs });
  }

  /** Stops what is no part any more, or never was, within the time of a stop; logs what fails. */
  async retire(name: string, component: Component): Promise<void> {
    const error = await this.#awaitStop({ name, component });
    if (error) this.#options.log.error(error.message, { code: error.code });
  }

  /** In the sequence of starting. */
  states(): readonly PartHealth[] {
    return this.#inOrder().map(({ name, state, health, startMs }) => ({
      name,
      state,
      why: health.state === 'running' ? undefined : health.why,
      code: health.state === 'running' ? undefined : health.error?.code,
      act: health.state === 'running' ? undefined : health.error?.act,
      startMs,
    }));
  }

  /**
   * What a part says of itself. Only what it says while it runs moves its state; before that, it is
   * remembered.
   */
  report(name: string, health: Health): void {
    const part = this.#partOf(name);
    if (!part || part.state === 'stopped' || part.state === 'failed') return;
    const before = part.health;
    part.health = health;
    if (part.state === 'running' || part.state === 'degraded') this.#apply(part, before);
  }

  /** `listener` hears of every part that fails while it runs; it should stop the node. */
  onFailed(listener: FailedListener): Cancel {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #partOf(name: string): Part | undefined {
    return this.#parts.find((part) => part.name === name);
  }

  #inOrder(): Part[] {
    return this.#parts.toSorted((a, b) => a.rank - b.rank);
  }

  #move(part: Part, to: State): void {
    part.state = move(part.name, part.state, to);
  }

  async #startAll(ranks: ReadonlySet<number> | undefined): Promise<void> {
    const parts = this.#inOrder().filter(({ rank, state }) => {
      return state === 'created' && (!ranks || ranks.has(rank));
    });
    try {
      for (const part of parts) await this.#startPart(part);
    } catch (error) {
      await this.#stopParts();
      throw error;
    }
  }

  async #startPart(part: Part): Promise<void> {
    if (this.#cancelStart.signal.aborted) throw notStarted(part, 'a stop was asked for');
    const began = this.#options.clock.monotonic();
    this.#move(part, 'starting');
    try {
      await this.#awaitStart(part);
      if (part.health.state === 'failed') throw notStarted(part, part.health.why);
    } catch (error) {
      this.#move(part, 'failed');
      throw error;
    }
    part.startMs = this.#options.clock.monotonic() - began;
    this.#move(part, 'running');
    this.#options.log.info(`${part.name} started`, { ms: Math.round(part.startMs) });
    if (part.health.state !== 'running') this.#apply(part);
  }

  async #awaitStart(part: Part): Promise<void> {
    const { clock, limits } = this.#options;
    const { startTimeout: startTimeoutMs, stopTimeout: stopTimeoutMs } = limits;
    const controller = new AbortController();
    const giveUp = (): void => controller.abort();
    this.#cancelStart.signal.addEventListener('abort', giveUp, { once: true });
    const work = called(() => part.component.start(controller.signal));
    const inTime = await settledWithin(clock, startTimeoutMs, work);
    this.#cancelStart.signal.removeEventListener('abort', giveUp);
    if (inTime) return work.catch((cause: unknown) => Promise.reject(notStarted(part, cause)));
    giveUp();
    // What comes after all, once nobody waits any longer, must not stay.
    if (!(await settledWithin(clock, stopTimeoutMs, work))) this.#stopWhenLate(part, work);
    throw overdue(part, 'starting', startTimeoutMs, 'startTimeout');
  }

  #stopWhenLate(part: Part, work: Promise<void>): void {
    const { log } = this.#options;
    const stopNow = (): Promise<void> => part.component.stop(AbortSignal.abort());
    work.then(stopNow).catch((error: unknown) => {
      log.warn(`${part.name} failed after it was given up`, { why: reasonOf(error) });
    });
  }

  async #stopOnce(): Promise<readonly ImError[]> {
    this.#cancelStart.abort();
    await this.#starting?.catch(() => undefined);
    await this.#stopParts();
    return this.#errors;
  }

  async #stopParts(): Promise<void> {
    for (const part of this.#inOrder().toReversed()) {
      if (part.state === 'created') this.#move(part, 'stopped');
      if (part.state !== 'stopped') await this.#stopPart(part);
    }
  }

  async #stopPart(part: Part): Promise<void> {
    this.#move(part, 'stopping');
    const error = await this.#awaitStop(part);
    if (error) {
      this.#errors.push(error);
      part.health = { state: 'failed', why: error.message, error };
      this.#options.log.error(error.message, { code: error.code });
    }
    this.#move(part, 'stopped');
  }

  async #awaitStop(part: Pick<Part, 'name' | 'component'>): Promise<ImError | undefined> {
    const { clock, limits } = this.#options;
    const { stopTimeout: stopTimeoutMs } = limits;
    const controller = new AbortController();
    const work = called(() => part.component.stop(controller.signal));
    if (!(await settledWithin(clock, stopTimeoutMs, work))) {
      controller.abort();
      await settledWithin(clock, forceGraceMs, work);
      return overdue(part, 'stopping', stopTimeoutMs, 'stopTimeout');
    }
    return work.then(
      () => undefined,
      (cause: unknown) => notStopped(part, cause),
    );
  }

  #apply(part: Part, before?: Health): void {
    const { name, health } = part;
    if (part.state === health.state && health.state === 'running') return;
    if (part.state !== health.state) this.#move(part, health.state);
    if (health.state === 'running') return this.#options.log.info(`${name} runs again`);
    const line = `${name} is ${health.state}: ${health.why}`;
    const { error } = health;
    const fields = error ? { code: error.code, act: error.act } : {};
    if (health.state === 'degraded') {
      const { log } = this.#options;
      return before && isSame(before, health) ? log.debug(line, fields) : log.warn(line, fields);
    }
    this.#options.log.error(line, fields);
    for (const listener of this.#listeners) listener(name, health.why);
  }
}

/** True for one trouble that is told again, perhaps with another reason: that is in its health. */
function isSame(before: Health, now: Health): boolean {
  if (before.state === 'running' || now.state === 'running') return false;
  const troubleOf = ({ why, error }: typeof now): string =>
    error ? JSON.stringify([error.code, { ...error.details, why: '' }]) : why;
  return before.state === now.state && troubleOf(before) === troubleOf(now);
}

/** Makes a rejection of what throws at once, so that a rude component is met in one way. */
async function called(run: () => Promise<void>): Promise<void> {
  await run();
}
