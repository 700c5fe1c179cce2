/**
 * What an external log gives, as little as will do: partitions, each with one writer at a time. An
 * append is durable when it resolves, is refused to a former writer, and may lose its answer. A
 * stand-in in memory that outlives the stores which use it, as a broker outlives its clients.
 */
import type { Entry, ShardAppend } from 'im-kernel/contract';

/** What becomes of the next append: its answer is lost, after it was written or before. */
export type Loss = 'written' | 'not written';

export class ExternalLog {
  readonly #partitions: { epoch: number; records: string[] }[];
  lose: Loss | undefined;

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => ({ epoch: 0, records: [] }));
  }

  /** A new writer: from now on nothing of an earlier one comes in. */
  fence(partition: number): Promise<number> {
    const found = this.#partition(partition);
    found.epoch += 1;
    return Promise.resolve(found.epoch);
  }

  /** The end of the partition behind the record; undefined: the writer was fenced. */
  async append(part: ShardAppend): Promise<number | undefined> {
    const found = this.#partitions[part.shard];
    if (found === undefined || found.epoch !== part.epoch || part.epoch === 0) return undefined;
    const loss = this.lose;
    this.lose = undefined;
    if (loss !== 'not written') found.records.push(serialize(part));
    // Before anything is waited for: an answer that comes later tells where this one stands.
    const end = found.records.length;
    await Promise.resolve();
    if (loss !== undefined) throw new Error('the answer got lost');
    return end;
  }

  /** The records of a partition from an offset on. */
  read(partition: number, from: number): Promise<readonly ShardAppend[]> {
    return Promise.resolve(this.#partition(partition).records.slice(from).map(deserialize));
  }

  #partition(number: number): { epoch: number; records: string[] } {
    const found = this.#partitions[number];
    if (found === undefined) throw new Error(`there is no partition ${number}`);
    return found;
  }
}

function serialize(part: ShardAppend): string {
  const entries = part.entries.map(({ body, ...entry }) => {
    return { ...entry, base64: body && Buffer.from(body).toString('base64') };
  });
  return JSON.stringify({ ...part, entries });
}

function deserialize(text: string): ShardAppend {
  const part = JSON.parse(text) as ShardAppend;
  const written = part.entries as readonly (Entry & { readonly base64?: string })[];
  const entries = written.map(({ base64, ...entry }) => {
    return base64 === undefined ? entry : { ...entry, body: Buffer.from(base64, 'base64') };
  });
  return { ...part, entries };
}
