/**
 * The one that numbers. Before a number is handed out, a bound that is not below it is kept in the
 * register, so a restart goes on above everything that was ever given (after WeChat's seqsvr). The
 * same value holds an epoch: a sequencer that finds another's there stops for good.
 */
import {
  ImError,
  reasonOf,
  type Cancel,
  type Counter,
  type OrderingHost,
} from 'im-kernel/contract';
import { parseBound, printBound, UNSET, type Bound } from './bound.ts';
import { NUMBER_MAX, type Block, type NumberSource } from './number-source.ts';

interface Request {
  readonly count: number;
  readonly above: number;
  readonly resolve: (block: Block) => void;
  readonly reject: (why: ImError) => void;
}

type Granted = readonly (readonly [Request, Block])[];

const OWNER_BYTES = 8;
/**
 * No count gets there. An order that does, and that was not given here, is a time or was given
 * before the register was lost; then the last order of a conversation need not be its highest, and
 * others have higher ones.
 */
const NO_COUNT = 2 ** 40;
/** How often a start takes the epoch before somebody else; each time another start was faster. */
const TAKES_MAX = 16;
/** How long to wait before the register is asked again. */
const RETRY_MS = 200;

export class Sequencer implements NumberSource {
  readonly #host: OrderingHost;
  readonly #key: string;
  readonly #above: number;
  readonly #numbers: Counter;
  readonly #bounds: Counter;
  readonly #fences: Counter;
  #kept: Bound = UNSET;
  /** The next number to hand out; at most one above the bound that is kept, or being kept. */
  #next = 1;
  #queue: Request[] = [];
  #working = false;
  #stopped = false;
  #fenced: ImError | undefined;
  #troubled = false;
  #below = false;
  #wake: (() => void) | undefined;
  #cancel: Cancel | undefined;

  /** `key`: of the register's value. `above`: numbers begin above it at least. */
  constructor(key: string, above: number, host: OrderingHost) {
    this.#key = key;
    this.#above = above;
    this.#host = host;
    const { metrics } = host;
    this.#numbers = metrics.counter('sequencer_numbers_total', 'Numbers handed out.');
    this.#bounds = metrics.counter('sequencer_bounds_total', 'Bounds kept.');
    this.#fences = metrics.counter('sequencer_fenced_total', 'Another sequencer took over.');
    metrics.gauge('sequencer_epoch', 'The epoch of this sequencer.', () => this.#kept.epoch);
  }

  /** Takes the next epoch; whoever had the last one is fenced from now on. */
  async start(signal: AbortSignal): Promise<void> {
    const octets = this.#host.random.bytes(OWNER_BYTES);
    const owner = [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
    for (let take = 1; take <= TAKES_MAX; take += 1) {
      signal.throwIfAborted();
      if (await this.#take(owner)) return;
    }
    throw new ImError('IM_SEQUENCER_AWAY', { why: 'others take the epoch all the time' });
  }

  async #take(owner: string): Promise<boolean> {
    const { register, log } = this.#host;
    const seen = await register.read(this.#key);
    const { epoch, bound } = parseBound(seen);
    const mine = { epoch: epoch + 1, bound, owner };
    if (!(await register.compareAndSet(this.#key, seen, printBound(mine)))) return false;
    this.#kept = mine;
    this.#next = Math.max(bound, this.#above) + 1;
    log.info('numbers go on', { from: this.#next, epoch: mine.epoch });
    return true;
  }

  grant(count: number, above: number): Promise<Block> {
    if (this.#fenced) return Promise.reject(this.#fenced);
    if (this.#stopped) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      this.#queue.push({ count, above, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#wake?.();
    this.#refuseAll(stopped());
  }

  /** One bound for all that gathered while the last was being kept. */
  async #work(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0 && !this.#fenced && !this.#stopped) {
      const granted = this.#plan(this.#queue.splice(0));
      const bound = granted.at(-1)?.[1].last ?? 0;
      if (!(await this.#keep(bound))) {
        for (const [request] of granted) request.reject(this.#fenced ?? stopped());
        continue;
      }
      for (const [{ resolve, count }, block] of granted) {
        this.#numbers.add(count);
        resolve(block);
      }
    }
    this.#working = false;
    if (this.#fenced) this.#refuseAll(this.#fenced);
  }

  #plan(requests: readonly Request[]): Granted {
    const granted: [Request, Block][] = [];
    for (const request of requests) {
      if (request.above >= Math.max(this.#next, NO_COUNT)) {
        request.reject(this.#isBelow(request.above));
        continue;
      }
      const first = Math.max(this.#next, request.above + 1);
      const last = first + request.count - 1;
      if (last > NUMBER_MAX) {
        request.reject(new ImError('IM_SEQUENCER_SPENT', { above: first - 1 }));
        continue;
      }
      this.#next = last + 1;
      granted.push([request, { first, last }]);
    }
    return granted;
  }

  /** To jump above would break the promise in silence; to mend it takes somebody who knows more. */
  #isBelow(above: number): ImError {
    const why = new ImError('IM_SEQUENCER_BELOW', { above });
    if (!this.#below) {
      this.#host.log.error(why.message, { code: why.code, act: why.act });
      this.#host.report({ state: 'degraded', why: why.message, error: why });
    }
    this.#below = true;
    return why;
  }

  /** True once `bound`, or a higher one of ours, is durable; false if that will never be. */
  async #keep(bound: number): Promise<boolean> {
    while (this.#kept.bound < bound) {
      if (this.#stopped || this.#fenced) return false;
      try {
        await this.#try({ ...this.#kept, bound });
        this.#well();
      } catch (error) {
        this.#trouble(error);
        await this.#pause();
      }
    }
    return !this.#stopped;
  }

  /** Rejects if the bound is still what it was; then it may be tried again. */
  async #try(next: Bound): Promise<void> {
    const { register } = this.#host;
    let why: unknown = new Error('the register refuses to change what it holds');
    try {
      if (await register.compareAndSet(this.#key, printBound(this.#kept), printBound(next))) {
        this.#bounds.add();
        this.#kept = next;
        return;
      }
    } catch (error) {
      why = error;
    }
    // Nobody else writes under our name: what stands there is an attempt of ours whose answer got
    // lost, or another sequencer's.
    const found = parseBound(await register.read(this.#key));
    const { owner, epoch, bound } = this.#kept;
    if (found.owner !== owner || found.epoch !== epoch) this.#fence(found);
    else if (found.bound > bound) this.#kept = found;
    else throw why;
  }

  #fence({ epoch }: Bound): void {
    const details = { theirs: epoch, ours: this.#kept.epoch };
    const why = new ImError('IM_SEQUENCER_FENCED', details);
    this.#fenced = why;
    this.#fences.add();
    this.#host.log.error(why.message, { code: why.code, act: why.act });
    // Not `failed`: a node that is started again would take the numbers back, and so on for ever.
    this.#host.report({ state: 'degraded', why: why.message, error: why });
  }

  #trouble(error: unknown): void {
    if (this.#troubled || this.#stopped) return;
    this.#troubled = true;
    const why = `the bound of the numbers cannot be kept: ${reasonOf(error)}`;
    this.#host.report({ state: 'degraded', why });
  }

  #well(): void {
    if (!this.#troubled || this.#fenced || this.#below) return;
    this.#troubled = false;
    this.#host.report({ state: 'running' });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) return resolve();
      this.#wake = resolve;
      this.#cancel = this.#host.clock.after(RETRY_MS, resolve);
    });
  }

  #refuseAll(why: ImError): void {
    for (const { reject } of this.#queue.splice(0)) reject(why);
  }
}

function stopped(): ImError {
  return new ImError('IM_SEQUENCER_AWAY', { why: 'it is being stopped' });
}
