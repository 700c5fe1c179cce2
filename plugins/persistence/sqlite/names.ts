/** Names to the small numbers that index the log. Remembered; a roll back forgets them all. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Names remembered of each kind; more, and all are forgotten, which costs a look-up each. */
const REMEMBERED_MAX = 100_000;

export interface KnownConversation {
  readonly id: number;
  /** The last position; 0: no entry yet. */
  last: number;
  /** Since which forgetting of last positions `last` is remembered. */
  since: number;
}

export class Names {
  readonly #conversations = new Map<string, KnownConversation>();
  readonly #devices = new Map<string, number>();
  #since = 0;
  readonly #findConversation: StatementSync;
  readonly #findLast: StatementSync;
  readonly #makeConversation: StatementSync;
  readonly #findDevice: StatementSync;
  readonly #makeDevice: StatementSync;

  constructor(db: DatabaseSync) {
    this.#findConversation = db.prepare(
      `SELECT id, coalesce((SELECT max(position) FROM entry WHERE conversation = c.id), 0) AS last
         FROM conversation c WHERE name = ?`,
    );
    this.#findLast = db.prepare(
      'SELECT coalesce(max(position), 0) AS last FROM entry WHERE conversation = ?',
    );
    this.#makeConversation = db.prepare('INSERT INTO conversation (name, shard) VALUES (?, ?)');
    this.#findDevice = db.prepare('SELECT id FROM device WHERE user = ? AND name = ?');
    this.#makeDevice = db.prepare('INSERT INTO device (user, name) VALUES (?, ?)');
  }

  conversation(name: string): KnownConversation | undefined {
    const known = this.#conversations.get(name);
    if (known) return this.#refreshed(known);
    const row = this.#findConversation.get(name);
    return row && this.#remember(name, Number(row['id']), Number(row['last']));
  }

  #refreshed(known: KnownConversation): KnownConversation {
    if (known.since === this.#since) return known;
    known.last = Number(this.#findLast.get(known.id)?.['last']);
    known.since = this.#since;
    return known;
  }

  /** The conversation; made, in this shard, if there is none. */
  conversationIn(shard: number, name: string): KnownConversation {
    const known = this.conversation(name);
    if (known) return known;
    const { lastInsertRowid } = this.#makeConversation.run(name, shard);
    return this.#remember(name, Number(lastInsertRowid), 0);
  }

  #remember(name: string, id: number, last: number): KnownConversation {
    const known = { id, last, since: this.#since };
    this.#conversations.set(name, known);
    return known;
  }

  device(user: string, name: string): number | undefined {
    const key = `${user}/${name}`;
    const known = this.#devices.get(key);
    if (known !== undefined) return known;
    const row = this.#findDevice.get(user, name);
    if (row) this.#devices.set(key, Number(row['id']));
    return this.#devices.get(key);
  }

  /** The device; made, unregistered, if there is none. */
  deviceOf(user: string, name: string): number {
    const known = this.device(user, name);
    if (known !== undefined) return known;
    const id = Number(this.#makeDevice.run(user, name).lastInsertRowid);
    this.#devices.set(`${user}/${name}`, id);
    return id;
  }

  /** After a roll back nothing that was remembered is sure. */
  forget(): void {
    this.#conversations.clear();
    this.#devices.clear();
  }

  /** After another process wrote: the numbers of names stay for ever, the last positions do not. */
  forgetLasts(): void {
    this.#since += 1;
  }

  /** Between transactions only: inside one, what is remembered may be in use. */
  trim(): void {
    if (this.#conversations.size > REMEMBERED_MAX) this.#conversations.clear();
    if (this.#devices.size > REMEMBERED_MAX) this.#devices.clear();
  }
}
