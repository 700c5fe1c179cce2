/** Parts of batches as the parameters of the function `append`: arrays, each text once. */
import { ImError } from 'im-kernel/contract';
import type { ConversationChange, Entry, Friendship, ShardAppend } from 'im-kernel/contract';
import { pairOf, seenBy } from './friends.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What PostgreSQL's texts cannot hold becomes what stands for an octet that is no text. */
const NUL = /\0/g;
const REPLACEMENT = '\uFFFD';

export function asText(value: string): string {
  return value.includes('\0') ? value.replace(NUL, REPLACEMENT) : value;
}

/** What only acts have; undefined: nothing. JSON escapes NUL by itself. */
function actOf({ users, title, open }: Entry): string | undefined {
  if (users === undefined && title === undefined && open === undefined) return undefined;
  return JSON.stringify({ users, title, open });
}

/** Gives each different key the next number from 1 on, as arrays count in SQL. */
class Numbering {
  readonly #numbers = new Map<string, number>();

  /** `add` is called when the key is new. */
  of(key: string, add: () => void): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(key, number);
      add();
    }
    return number;
  }
}

/** An array of numbers or UUIDs in PostgreSQL's own writing: nothing in it needs quotes. */
function plain(values: readonly (number | string)[]): string {
  return `{${values.join(',')}}`;
}

/** Throws IM_BUG on what the function would fail on, before others' parts are packed with it. */
export function mustBeWritable(batch: readonly ShardAppend[]): void {
  for (const { entries, changes } of batch) {
    for (const { id } of entries) {
      if (!UUID.test(id)) throw new ImError('IM_BUG', { why: `${id} is no UUID in lower case` });
    }
    for (const { conversation, friendship } of changes) {
      if (friendship === undefined || pairOf(conversation) !== undefined) continue;
      const why = `${conversation} is no direct conversation of two: it holds no friendship`;
      throw new ImError('IM_BUG', { why });
    }
  }
}

export function bodyBytes(batch: readonly ShardAppend[]): number {
  let sum = 0;
  for (const { entries } of batch) for (const { body } of entries) sum += body?.length ?? 0;
  return sum;
}

function sidesOf(conversation: string, friendship: Friendship): object[] {
  const [one, other] = pairOf(conversation)!;
  return [
    { user: one, other, state: seenBy(one, friendship) },
    { user: other, other: one, state: seenBy(other, friendship) },
  ];
}

class Packing {
  readonly #shards: number[] = [];
  readonly #epochs: number[] = [];
  readonly #names: string[] = [];
  readonly #nameShards: number[] = [];
  readonly #conversations = new Numbering();
  readonly #users: string[] = [];
  readonly #devices: string[] = [];
  readonly #senders = new Numbering();
  readonly #texts: string[] = [];
  readonly #textNumbers = new Numbering();
  readonly #bodies: Uint8Array[] = [];
  #bodyBytes = 0;
  readonly #changes: object[] = [];
  /** parts, conversations, positions, orders, ids, senders, numbers, sent, accepted, … */
  readonly #columns: (number | string)[][] = Array.from({ length: 14 }, () => []);

  add({ shard, epoch, entries, changes }: ShardAppend): void {
    const part = this.#shards.push(shard);
    this.#epochs.push(epoch);
    for (const entry of entries) this.#addEntry(part, shard, entry);
    for (const change of changes) this.#changes.push(this.#change(part, shard, change));
  }

  values(): unknown[] {
    return [
      plain(this.#shards),
      plain(this.#epochs),
      this.#names,
      plain(this.#nameShards),
      this.#users,
      this.#devices,
      this.#texts,
      Buffer.concat(this.#bodies, this.#bodyBytes),
      ...this.#columns.map(plain),
      this.#changes.length > 0 ? JSON.stringify(this.#changes) : undefined,
    ];
  }

  #addEntry(part: number, shard: number, entry: Entry): void {
    const { body } = entry;
    const row = [
      part,
      this.#conversation(shard, entry.conversation),
      entry.position,
      entry.order,
      entry.id,
      this.#sender(entry.user, entry.device),
      entry.number,
      entry.sentAt,
      entry.acceptedAt,
      this.#text(entry.kind),
      this.#text(entry.mediaType),
      this.#text(actOf(entry)),
      this.#bodyBytes,
      body?.length ?? -1,
    ];
    for (let at = 0; at < row.length; at += 1) this.#columns[at]!.push(row[at]!);
    if (body === undefined) return;
    this.#bodies.push(body);
    this.#bodyBytes += body.length;
  }

  #conversation(shard: number, name: string): number {
    return this.#conversations.of(`${shard} ${name}`, () => {
      this.#names.push(name);
      this.#nameShards.push(shard);
    });
  }

  #sender(user: string, device: string): number {
    return this.#senders.of(`${user}/${device}`, () => {
      this.#users.push(user);
      this.#devices.push(device);
    });
  }

  /** 0: absent, as nothing stands at 0 of an array in SQL. */
  #text(text: string | undefined): number {
    if (text === undefined) return 0;
    return this.#textNumbers.of(text, () => this.#texts.push(asText(text)));
  }

  #change(part: number, shard: number, change: ConversationChange): object {
    const { conversation, title, open, members, friendship } = change;
    return {
      part,
      conversation: this.#conversation(shard, conversation),
      title: title === undefined ? undefined : asText(title),
      open,
      members: members && lastOfEach(members),
      friends: friendship && sidesOf(conversation, friendship),
    };
  }
}

/** One of each stay, as SQL upserts no row twice in one statement. */
function lastOfEach(members: NonNullable<ConversationChange['members']>): object[] {
  return [...new Map(members.map((member) => [`${member.user}/${member.from}`, member])).values()];
}

const PARAMETERS = Array.from({ length: 23 }, (_, at) => `$${at + 1}`).join(', ');
export const APPEND = { name: 'append', text: `SELECT append(${PARAMETERS}) AS outcomes` };

/** The values of APPEND. */
export function pack(parts: readonly ShardAppend[]): unknown[] {
  const packing = new Packing();
  for (const part of parts) packing.add(part);
  return packing.values();
}
