/** What an operator does about a dead letter of one consumer. */
import { ImError, reasonOf, type Clock, type Entry, type Persistence } from '../contract/index.ts';
import type { Lease } from '../cluster/lease.ts';
import type { Shards } from '../cluster/shards.ts';
import type { ConsumerHealth } from './consumer-health.ts';
import type { Consumption } from './consumption.ts';
import type { DeadLetter, DeadLetters, FoundLetter, LetterPlace } from './dead-letters.ts';

interface Surroundings {
  /** Of the consumer. */
  readonly name: string;
  readonly consumption: Pick<Consumption, 'attempt'>;
  readonly deadLetters: DeadLetters;
  readonly health: Pick<ConsumerHealth, 'dealtWith'>;
  readonly persistence: Pick<Persistence, 'readConversation'>;
  readonly shards: Shards;
  readonly lease: Pick<Lease, 'open'>;
  readonly clock: Clock;
}

export class LetterActs {
  readonly #around: Surroundings;
  /** What is acted on just now: once at a time. */
  readonly #busy = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Undefined: it was not set aside, or is dealt with. */
  async find(place: LetterPlace): Promise<DeadLetter | undefined> {
    return (await this.#around.deadLetters.find(place))?.letter;
  }

  /** Undefined: the log does not have it. */
  async entryOf({ conversation, position }: LetterPlace): Promise<Entry | undefined> {
    const range = { after: position - 1, before: position + 1, limit: 1, take: 'first' } as const;
    const [entry] = await this.#around.persistence.readConversation(conversation, range);
    return entry;
  }

  /**
   * Hands the entry over once more, after all that followed it; then it is dealt with. Rejects with
   * IM_CONSUMER_AGAIN if that fails: then the letter stays, with the new reason.
   */
  retry(place: LetterPlace): Promise<DeadLetter | undefined> {
    return this.#acting(place, async (found) => {
      const { name, consumption, clock } = this.#around;
      const entry = await this.entryOf(place);
      if (!entry) throw new ImError('IM_ADMIN_AWAY', { why: 'the log does not have the entry' });
      const attempts = found.letter.attempts + 1;
      await consumption.attempt(entry, attempts).catch(async (error: unknown) => {
        if (error instanceof ImError && error.code === 'IM_ADMIN_AWAY') throw error;
        const why = reasonOf(error);
        await found.replace({ ...found.letter, why, attempts, at: clock.now() });
        const details = { consumer: name, ...place, why };
        throw new ImError('IM_CONSUMER_AGAIN', details, { cause: error });
      });
    });
  }

  /** The entry stays in the log; the consumer never gets it. */
  discard(place: LetterPlace): Promise<DeadLetter | undefined> {
    return this.#acting(place, () => Promise.resolve());
  }

  async #acting(
    place: LetterPlace,
    act: (found: FoundLetter) => Promise<void>,
  ): Promise<DeadLetter | undefined> {
    const { deadLetters, health } = this.#around;
    const key = `${place.conversation}/${place.position}`;
    this.#mustBeHere(place);
    if (this.#busy.has(key)) throw away('another operator is at it just now');
    this.#busy.add(key);
    try {
      const found = await deadLetters.find(place);
      if (!found) return undefined;
      await act(found);
      if (!(await found.replace(undefined))) throw away('it is another one by now');
      health.dealtWith();
      return found.letter;
    } finally {
      this.#busy.delete(key);
    }
  }

  /** Consumers are handed entries by the owner of their shards, and by nobody else. */
  #mustBeHere({ conversation }: LetterPlace): void {
    const { shards, lease } = this.#around;
    const isHere = lease.open && shards.epoch(shards.of(conversation)) !== undefined;
    if (!isHere) throw away('it does not own the shard of the conversation: ask the active node');
  }
}

function away(why: string): ImError {
  return new ImError('IM_ADMIN_AWAY', { why });
}
