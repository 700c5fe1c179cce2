/** Writes parts of batches: checks epoch, positions and numbers, then adds to the log. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AppendOutcome } from 'im-kernel/contract';
import { Changes } from './changes.ts';
import { Epochs } from './epochs.ts';
import { faultOf } from './faults.ts';
import type { PartHead } from './messages.ts';
import type { KnownConversation, Names } from './names.ts';
import * as packing from './packing.ts';
import type { Packed, PackedView } from './packing.ts';

/** A part's head, and where its entries begin and end in the view. */
interface Part {
  readonly head: PartHead;
  readonly view: PackedView;
  readonly start: number;
  readonly end: number;
}

export class Appends {
  readonly #db: DatabaseSync;
  readonly #names: Names;
  readonly #epochs: Epochs;
  readonly #changes: Changes;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync, names: Names, epochs: Epochs) {
    this.#db = db;
    this.#names = names;
    this.#epochs = epochs;
    this.#changes = new Changes(db, names);
    this.#insert = db.prepare(
      `INSERT INTO entry (conversation, position, "order", id, device, number, sent_at, accepted_at,
                          kind, media_type, body, act)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /**
   * Inside a transaction. A number that is taken is only found out by writing: if `careful`, that
   * part alone is undone and stale; if not, the error goes up: all is to be done again with care.
   */
  append(heads: readonly PartHead[], entries: Packed, careful: boolean): AppendOutcome[] {
    const view = new packing.PackedView(entries);
    let end = 0;
    return heads.map((head) => {
      const start = end;
      end += head.count;
      const part = { head, view, start, end };
      return careful ? this.#keepOrUndo(part) : this.#keep(part);
    });
  }

  #keepOrUndo(part: Part): AppendOutcome {
    this.#db.exec('SAVEPOINT part');
    try {
      const outcome = this.#keep(part);
      this.#db.exec('RELEASE part');
      return outcome;
    } catch (error) {
      if (faultOf(error) !== 'taken') throw error;
      this.#db.exec('ROLLBACK TO part; RELEASE part');
      this.#names.forget();
      return 'stale';
    }
  }

  #keep(part: Part): AppendOutcome {
    if (!this.#epochs.holds(part.head.shard, part.head.epoch)) return 'fenced';
    const lasts = this.#plan(part);
    if (lasts === undefined) return 'stale';
    this.#write(part, lasts);
    for (const change of part.head.changes) this.#changes.apply(part.head.shard, change);
    return 'kept';
  }

  /** Each conversation's new last; undefined if an entry does not go on from the one before. */
  #plan({ view, start, end }: Part): Map<string, number> | undefined {
    const lasts = new Map<string, number>();
    for (let at = start; at < end; at += 1) {
      const name = view.text(at, packing.CONVERSATION)!;
      const last = lasts.get(name) ?? this.#names.conversation(name)?.last ?? 0;
      const position = view.at(at, packing.POSITION);
      if (position !== last + 1) return undefined;
      lasts.set(name, position);
    }
    return lasts;
  }

  #write({ head, view, start, end }: Part, lasts: ReadonlyMap<string, number>): void {
    const known = new Map<string, KnownConversation>();
    for (const [name, last] of lasts) {
      const conversation = this.#names.conversationIn(head.shard, name);
      conversation.last = last;
      known.set(name, conversation);
    }
    for (let at = start; at < end; at += 1) {
      const { id } = known.get(view.text(at, packing.CONVERSATION)!)!;
      this.#add(id, view, at);
    }
  }

  #add(conversation: number, view: PackedView, at: number): void {
    this.#insert.run(
      conversation,
      view.at(at, packing.POSITION),
      view.at(at, packing.ORDER),
      view.id(at),
      this.#names.deviceOf(view.text(at, packing.USER)!, view.text(at, packing.DEVICE)!),
      view.at(at, packing.NUMBER),
      view.at(at, packing.SENT_AT),
      view.at(at, packing.ACCEPTED_AT),
      view.text(at, packing.KIND)!,
      // oxlint-disable-next-line unicorn/no-null -- SQLite's own word for absent
      view.text(at, packing.MEDIA_TYPE) ?? null,
      view.body(at) ?? null,
      view.text(at, packing.ACT) ?? null,
    );
  }
}
