/** What moves without entering the log: devices, cursors, marks, last seen. In a transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CursorMove, Marks, Progress } from 'im-kernel/contract';
import type { Names } from './names.ts';

export class ProgressWriter {
  readonly #names: Names;
  readonly #cursor: StatementSync;
  readonly #mark: StatementSync;
  readonly #seen: StatementSync;
  readonly #register: StatementSync;
  readonly #begin: StatementSync;

  constructor(db: DatabaseSync, names: Names) {
    this.#names = names;
    this.#cursor = db.prepare(
      `INSERT INTO cursor (conversation, device, cursor, start) VALUES (?, ?, ?, 0)
       ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor)`,
    );
    this.#mark = db.prepare(
      `INSERT INTO mark (conversation, user, received, read) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET received = max(received, excluded.received),
                                 read = max(read, excluded.read)`,
    );
    this.#seen = db.prepare(
      `INSERT INTO seen (user, at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
    );
    this.#register = db.prepare('UPDATE device SET registered = 1 WHERE id = ? AND registered = 0');
    this.#begin = db.prepare(
      `INSERT INTO cursor (conversation, device, cursor, start)
       SELECT DISTINCT c.id, ?, m.received, m.received
         FROM stay s
        CROSS JOIN conversation c ON c.name = s.conversation
        CROSS JOIN mark m ON m.conversation = c.id AND m.user = s.user
        WHERE s.user = ? AND m.received > 0
       ON CONFLICT DO UPDATE SET start = excluded.start, cursor = max(cursor, excluded.cursor)`,
    );
  }

  save(progress: Progress): void {
    for (const move of progress.cursors) this.#move(move);
    for (const { conversation, user, marks } of progress.marks) {
      this.#raise(conversation, user, marks);
    }
    for (const { user, at } of progress.seen) if (at > 0) this.#seen.run(user, at);
  }

  #move({ conversation, user, device, cursor }: CursorMove): void {
    const known = this.#names.conversation(conversation);
    const to = Math.min(cursor, known?.last ?? 0);
    if (known && to > 0) this.#cursor.run(known.id, this.#names.deviceOf(user, device), to);
  }

  #raise(conversation: string, user: string, marks: Marks): void {
    const known = this.#names.conversation(conversation);
    const last = known?.last ?? 0;
    const received = Math.min(marks.received, last);
    const read = Math.min(marks.read, last);
    if (known && (received > 0 || read > 0)) this.#mark.run(known.id, user, received, read);
  }

  /** True if the device was not registered before. */
  register(user: string, device: string): boolean {
    const id = this.#names.deviceOf(user, device);
    if (this.#register.run(id).changes === 0) return false;
    this.#begin.run(id, user);
    return true;
  }
}
