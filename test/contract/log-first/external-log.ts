/**
 * What an external log gives, as little as will do: partitions, each with one writer at a time, and
 * one sequence in which all writers change. An append is durable when it resolves, is refused to a
 * former writer, and may lose its answer. A stand-in in memory that outlives the stores which use
 * it, as a broker outlives its clients.
 */
import {
  must,
  type Entry,
  type NodeLife,
  type ShardAppend,
  type ShardOwner,
  type Take,
} from 'im-kernel/contract';

interface Partition {
  readonly shard: number;
  epoch: number;
  owner: NodeLife | undefined;
  readonly records: string[];
}

/** What becomes of the next append: its answer is lost, after it was written or before. */
export type Loss = 'written' | 'not written';

export class ExternalLog {
  readonly #partitions: readonly Partition[];
  lose: Loss | undefined;

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, (_, shard) => {
      return { shard, epoch: 0, owner: undefined, records: [] };
    });
  }

  /** Who writes where. */
  async owners(): Promise<readonly ShardOwner[]> {
    return this.#partitions.map(toOwner);
  }

  /**
   * A new writer for all of these or for none, if each still has the epoch that is believed: from
   * then on nothing of an earlier one comes in. A repeat changes nothing.
   */
  async fence(writer: NodeLife, takes: readonly Take[]): Promise<readonly ShardOwner[]> {
    const found = takes.map((take) => ({ take, partition: this.#partition(take.shard) }));
    const isNext = found.every(({ take: { epoch }, partition }) => {
      const isRepeat = partition.epoch === epoch + 1 && partition.owner?.life === writer.life;
      return partition.epoch === epoch || isRepeat;
    });
    for (const { take, partition } of isNext ? found : []) {
      partition.epoch = take.epoch + 1;
      partition.owner = writer;
    }
    return found.map(({ partition }) => toOwner(partition));
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

  #partition(number: number): Partition {
    const found = this.#partitions[number];
    must(found !== undefined, `there is no shard ${number}`);
    return found;
  }
}

function toOwner({ shard, epoch, owner }: Partition): ShardOwner {
  return { shard, epoch, owner };
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
