import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Entry, OutboxQueue } from '../../../client/outbox-queue.ts';
import { applyChange, emptyOutbox } from '../../../client/outbox.ts';
import type { Known } from '../../../core/wire/frames.ts';

/** What the application wanted, by id. */
const CONVERSATIONS = ['d/ann/bob', 'g/tea'];

type Copy = { conversation: string; number: number; id: string; attempt: number };

/**
 * The server's rule of PROTOCOL section 3, and a network that may be cut between any two frames.
 */
class World {
  readonly log = new Map<string, { number: number; id: string }[]>();
  readonly sent = new Map<string, string[]>();
  readonly used = new Map<string, string>();
  queue: OutboxQueue;
  #up: Copy[] = [];
  #down: (() => void)[] = [];
  #count = 0;
  #nowMs = 0;
  /** Passing refusals that the server still holds to, by conversation. */
  #blocked = new Map<string, number>();
  #online = false;
  /** What an outbox would hold. */
  readonly #outbox = emptyOutbox();

  constructor(elsewhere: number) {
    this.queue = this.#newQueue();
    for (const conversation of CONVERSATIONS) {
      const entries = Array.from({ length: elsewhere }, (_, n) => ({
        number: n + 1,
        id: `old${n}`,
      }));
      this.log.set(conversation, entries);
    }
  }

  #newQueue(): OutboxQueue {
    const queue: OutboxQueue = new OutboxQueue((entries) => {
      for (const entry of entries) this.#store(queue, entry);
    });
    return queue;
  }

  #store(queue: OutboxQueue, entry: Entry): void {
    applyChange(this.#outbox, { change: 'put', command: entry.command });
    queue.stored(entry, entry.command.number);
  }

  /** The client's process ends, and another goes on with its outbox. */
  restart(lost: number): void {
    this.cut(lost);
    this.queue = this.#newQueue();
    this.queue.load(this.#outbox);
  }

  send(conversation: string): void {
    this.#count += 1;
    const id = `c${this.#count}`;
    const command = { type: 'send', conversation, id, sentAt: 1, body: new Uint8Array() } as const;
    const entry = this.queue.add(command);
    this.#store(this.queue, entry);
    this.sent.set(conversation, [...(this.sent.get(conversation) ?? []), id]);
    this.pump();
  }

  pump(): void {
    if (!this.#online) return;
    for (let entry = this.queue.next(this.#nowMs); entry; entry = this.queue.next(this.#nowMs)) {
      this.#transmit(entry);
    }
  }

  #transmit({ command: { conversation, number, id }, attempt }: Entry): void {
    const key = `${conversation} ${number}`;
    assert.equal(this.used.get(key) ?? id, id, `${key} was given to two ids`);
    this.used.set(key, id);
    this.#up.push({ conversation, number, id, attempt });
  }

  connect(names: boolean): void {
    if (this.#online) return;
    this.#online = true;
    const asked = names ? this.queue.pending(64) : [];
    const known = asked.flatMap((conversation): Known[] => {
      const last = this.log.get(conversation)?.at(-1);
      return last === undefined ? [] : [{ conversation, ...last }];
    });
    this.queue.connected({ known, asked, newLog: false, window: 4 }, this.#nowMs);
    this.pump();
  }

  cut(lost: number): void {
    if (!this.#online) return;
    // What had come in before the cut is settled before the next WELCOME.
    for (const copy of this.#up.splice(0, Math.max(0, this.#up.length - lost))) {
      this.#judge(copy, false);
    }
    this.#online = false;
    this.#up = [];
    this.#down = [];
    this.#blocked.clear();
    this.queue.disconnected();
  }

  serve(busy: boolean): void {
    const copy = this.#up.shift();
    if (copy !== undefined) this.#judge(copy, busy);
  }

  hear(): void {
    this.#down.shift()?.();
    this.pump();
  }

  repeat(): void {
    const oldest = this.#online ? this.queue.oldest() : undefined;
    if (oldest === undefined) return;
    this.queue.again(oldest, this.#nowMs);
    this.#transmit(oldest);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    this.queue.wake(this.#nowMs);
    this.pump();
  }

  finish(): void {
    this.connect(true);
    for (let turn = 0; turn < 2_000 && (this.queue.size > 0 || this.#up.length > 0); turn += 1) {
      this.serve(false);
      this.hear();
      if (this.queue.wakeAtMs !== undefined) this.pass(500);
    }
    assert.equal(this.queue.size, 0, 'everything is answered in the end');
  }

  #judge({ conversation, number, id, attempt }: Copy, busy: boolean): void {
    const entries = this.log.get(conversation) ?? [];
    this.log.set(conversation, entries);
    const last = entries.at(-1)?.number ?? 0;
    const same = entries.find((entry) => entry.number === number);
    const nowMs = this.#nowMs;
    const refuse = (code: string, more: object = {}): void => {
      this.#down.push(() => {
        const answer = {
          type: 'refused',
          conversation,
          number,
          id,
          attempt,
          code,
          ...more,
        } as const;
        this.queue.refused(answer, this.#nowMs);
      });
    };
    const accept = (): void => {
      const answer = { type: 'accepted', conversation, number, id, order: 1, position: 1 } as const;
      this.#down.push(() => {
        this.queue.accepted({ ...answer, acceptedAt: 1, durability: 'disk' }, this.#nowMs);
        applyChange(this.#outbox, { change: 'remove', id });
      });
    };
    if (same?.id === id) return accept();
    if (number <= last) return refuse(same ? 'conflict' : 'stale', { expected: last + 1 });
    const blocked = this.#blocked.get(conversation);
    if (busy || (blocked !== undefined && number > blocked)) {
      this.#blocked.set(conversation, Math.min(number, blocked ?? number));
      return refuse('busy', { retryAfterMs: 100 + (nowMs % 7) });
    }
    this.#blocked.delete(conversation);
    entries.push({ number, id });
    return accept();
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...CONVERSATIONS).map((name) => ({ do: 'send', name })) },
  { weight: 4, arbitrary: fc.boolean().map((busy) => ({ do: 'serve', busy })) },
  { weight: 4, arbitrary: fc.constant({ do: 'hear' }) },
  { weight: 2, arbitrary: fc.boolean().map((names) => ({ do: 'connect', names })) },
  { weight: 1, arbitrary: fc.nat(3).map((lost) => ({ do: 'cut', lost })) },
  { weight: 1, arbitrary: fc.nat(3).map((lost) => ({ do: 'restart', lost })) },
  { weight: 1, arbitrary: fc.constant({ do: 'repeat' }) },
  { weight: 2, arbitrary: fc.nat(300).map((ms) => ({ do: 'pass', ms })) },
);

function run(world: World, what: Record<string, unknown>): void {
  const { name, busy, names, lost, ms } = what as {
    name: string;
    busy: boolean;
    names: boolean;
    lost: number;
    ms: number;
  };
  if (what['do'] === 'send') world.send(name);
  else if (what['do'] === 'serve') world.serve(busy);
  else if (what['do'] === 'hear') world.hear();
  else if (what['do'] === 'connect') world.connect(names);
  else if (what['do'] === 'cut') world.cut(lost);
  else if (what['do'] === 'restart') world.restart(lost);
  else if (what['do'] === 'repeat') world.repeat();
  else world.pass(ms);
}

describe('the queue of the outbox', () => {
  it('has every command accepted exactly once and in order, whatever the network and the server do', () => {
    const property = fc.property(
      fc.array(step, { maxLength: 120, size: 'max' }),
      fc.constantFrom(0, 0, 3),
      (steps, elsewhere) => {
        const world = new World(elsewhere);
        for (const one of steps) run(world, one);
        world.finish();
        for (const [conversation, ids] of world.sent) {
          const placed = (world.log.get(conversation) ?? []).map(({ id }) => id);
          assert.deepEqual(
            placed.filter((id) => id.startsWith('c')),
            ids,
          );
        }
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });

  it('asks about what an earlier process may have sent, before it gives any of it a new number', () => {
    const state = emptyOutbox();
    const body = new Uint8Array();
    for (const number of [1, 2, 3]) {
      const id = `c${number}`;
      const command = { type: 'send', conversation: 'g/tea', number, id, sentAt: 1, body } as const;
      state.commands.set(id, command);
    }
    const renumbered: string[] = [];
    const queue = new OutboxQueue((entries) => {
      renumbered.push(...entries.map(({ command }) => `${command.id} ${command.number}`));
    });
    queue.load(state);
    // The server knows of number 2 under another id: 1 and 2 are asked about, 3 is above anything
    // it has.
    const known = [{ conversation: 'g/tea', number: 2, id: 'else' }];
    queue.connected({ known, asked: ['g/tea'], newLog: false, window: 32 }, 0);
    const asked = [queue.next(0), queue.next(0), queue.next(0)].map(
      (entry) => entry?.command.number,
    );
    assert.deepEqual([asked, renumbered], [[1, 2, undefined], []]);
    const answer = { type: 'refused', conversation: 'g/tea', expected: 3 } as const;
    queue.refused({ ...answer, number: 1, id: 'c1', code: 'stale' }, 0);
    assert.deepEqual(renumbered, []);
    queue.refused({ ...answer, number: 2, id: 'c2', code: 'conflict' }, 0);
    assert.deepEqual(renumbered, ['c1 4', 'c2 5', 'c3 6']);
  });

  it('keeps the numbers that the server waits for after a passing refusal', () => {
    const renumbered: string[] = [];
    const queue = new OutboxQueue((entries) => {
      renumbered.push(...entries.map(({ command }) => `${command.id} ${command.number}`));
    });
    const body = new Uint8Array();
    for (const id of ['c1', 'c2', 'c3']) {
      const command = { type: 'send', conversation: 'g/tea', id, sentAt: 1, body } as const;
      const entry = queue.add(command);
      queue.stored(entry, entry.command.number);
    }
    queue.connected({ known: [], asked: ['g/tea'], newLog: false, window: 32 }, 0);
    for (let n = 1; n <= 3; n += 1) queue.next(0);
    const answer = { type: 'refused', conversation: 'g/tea' } as const;
    queue.refused({ ...answer, number: 1, id: 'c1', code: 'stale', expected: 2 }, 0);
    queue.refused({ ...answer, number: 2, id: 'c2', code: 'busy', retryAfterMs: 5 }, 0);
    queue.refused({ ...answer, number: 3, id: 'c3', code: 'busy', retryAfterMs: 5 }, 0);
    queue.wake(5);
    assert.deepEqual(renumbered, ['c1 4']);
    assert.deepEqual(
      [queue.next(5), queue.next(5)].map((entry) => entry?.command.number),
      [2, 3],
    );
  });
});
