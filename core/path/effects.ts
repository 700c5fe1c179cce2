/**
 * All consumers of a node. The path only says which shard has something new; everything else
 * happens in turns of the loop of its own.
 */
import type { ConsumerSettings } from '../config/role-settings.ts';
import type { Clock, Consumer, Entry, Health, Persistence } from '../contract/index.ts';
import type { Consumption } from './consumption.ts';
import type { DeadLetterPage, DeadLetters } from './dead-letters.ts';
import type { LetterActs } from './letter-acts.ts';
import type { Replay } from './replay.ts';
import { hasPassed } from './trace/has-passed.ts';
import type { TracedConsumer } from './trace/trace.ts';

/** A consumer under its name in the configuration. */
export interface Consuming {
  readonly name: string;
  readonly consumption: Consumption;
  readonly deadLetters: DeadLetters;
  readonly letterActs: LetterActs;
  /** Another one of its name takes its place. Resolves when the one before has nothing in work. */
  readonly follow: (next: Follower) => Promise<void>;
}

export interface Follower {
  readonly consumer: Consumer;
  readonly settings: ConsumerSettings;
  readonly report: (health: Health) => void;
}

export class Effects {
  #consumers: readonly Consuming[];
  /** Once started, the shards that it was started with. */
  #shards: readonly number[] | undefined;
  readonly #clock: Clock;
  readonly #replay: Replay;
  readonly #woken = new Set<number>();

  constructor(consumers: readonly Consuming[], clock: Clock, replay: Replay) {
    this.#consumers = consumers;
    this.#clock = clock;
    this.#replay = replay;
  }

  /**
   * Goes on where the consumers are in these shards. `inherited`: those of them that another node
   * owned last; its unfinished entries wait as the failover policy says. Rejects if the store
   * cannot say where the consumers are.
   */
  async start(shards: readonly number[], inherited: readonly number[]): Promise<void> {
    this.#shards = shards;
    if (this.#consumers.length === 0) return;
    for (const { consumption } of this.#consumers) await consumption.start(shards);
    this.#replay.hold({
      shards: inherited,
      placesOf: (shard) => this.#consumers.map(({ consumption }) => consumption.place(shard)),
      release: (shard) => this.#wake(shard),
    });
    for (const shard of shards) {
      if (!this.#replay.isHeld(shard)) this.#wake(shard);
      else for (const { consumption } of this.#consumers) consumption.wait(shard);
    }
  }

  /** Finds the places of one that is to come. Rejects if the store cannot say where it is. */
  async open({ consumption }: Consuming): Promise<void> {
    if (this.#shards) await consumption.start(this.#shards);
  }

  /** These take the entries from now on; those that came were opened before. */
  exchange(consumers: readonly Consuming[]): void {
    const came = consumers.filter((one) => !this.#consumers.includes(one));
    this.#consumers = consumers;
    for (const { consumption } of came) {
      for (const shard of this.#shards ?? []) {
        if (this.#replay.isHeld(shard)) consumption.wait(shard);
        else consumption.wake(shard);
      }
    }
  }

  /** A session of the user went live. */
  welcomed(user: string): void {
    this.#replay.welcomed(user);
  }

  /** Something was kept in this shard. Costs the path nothing but a mark. */
  kept(shard: number): void {
    if (this.#replay.isHeld(shard)) this.#replay.kept(shard);
    else this.#wake(shard);
  }

  #wake(shard: number): void {
    if (this.#consumers.length === 0) return;
    if (this.#woken.size === 0) this.#clock.soon(() => this.#pass());
    this.#woken.add(shard);
  }

  /** The cursor that every consumer has passed; undefined: there is none to wait for. */
  passed(shard: number): number | undefined {
    if (this.#consumers.length === 0) return undefined;
    return Math.min(...this.#consumers.map(({ consumption }) => consumption.passed(shard)));
  }

  async stop(): Promise<void> {
    this.#replay.stop();
    await Promise.all(this.#consumers.map(({ consumption }) => consumption.stop()));
  }

  /** Dead letters of a consumer, by conversation and position; undefined: no such consumer. */
  async deadLetters(
    name: string,
    after: string | undefined,
    limit: number,
  ): Promise<DeadLetterPage | undefined> {
    const found = this.#consumers.find((one) => one.name === name);
    return found?.deadLetters.list(after, limit);
  }

  /** Those that take the entries now. */
  get consumers(): readonly Consuming[] {
    return this.#consumers;
  }

  /** What became of an entry; rejects as the store does. */
  async standingOf(
    entry: Entry,
    shard: number,
    store: Persistence,
  ): Promise<readonly TracedConsumer[]> {
    const standing: TracedConsumer[] = [];
    for (const { name, consumption, deadLetters } of this.#consumers) {
      const taken = await hasPassed(store, shard, consumption.place(shard), entry);
      const { letter } = (await deadLetters.find(entry)) ?? {};
      const { why = '', attempts = 0, at = 0 } = letter ?? {};
      const deadLetter = letter && { why, attempts, at };
      standing.push({ consumer: name, taken, ...(deadLetter ? { deadLetter } : {}) });
    }
    return standing;
  }

  #pass(): void {
    for (const shard of this.#woken) {
      for (const { consumption } of this.#consumers) consumption.wake(shard);
    }
    this.#woken.clear();
  }
}
