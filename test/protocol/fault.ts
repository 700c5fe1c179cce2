/** A store in trouble: what it answers to the next append, and whether it can be asked at all. */
import {
  ImError,
  type AppendOutcome,
  type Persistence,
  type ShardAppend,
} from 'im-kernel/contract';
import { inBetween } from './in-between.ts';
import { openStage, type Stage } from './stage.ts';

type Append = Persistence['append'];
export type Trouble = (batch: readonly ShardAppend[], real: Append) => ReturnType<Append>;

/** A store whose next append goes another way than the real one; `trouble` undefined: as always. */
export class Fault {
  trouble: Trouble | undefined;
  /** Reads are refused. */
  away = false;
  appends = 0;
  /** What is behind it. */
  store: Persistence | undefined;

  wrap(store: Persistence): Persistence {
    this.store = store;
    const real: Append = (batch) => store.append(batch);
    const refuse = (): void => {
      if (this.away) throw new ImError('IM_STORE_AWAY', { why: 'on purpose' });
    };
    return inBetween(store, {
      append: async (batch) => {
        this.appends += 1;
        const { trouble } = this;
        this.trouble = undefined;
        return trouble ? trouble(batch, real) : real(batch);
      },
      loadConversation: async (name) => {
        refuse();
        return store.loadConversation(name);
      },
      findEntry: async (key, number) => {
        refuse();
        return store.findEntry(key, number);
      },
      ownership: inBetween(store.ownership, {
        take: async (...asked) => {
          refuse();
          return store.ownership.take(...asked);
        },
      }),
    });
  }
}

export async function withFault(): Promise<readonly [Stage, Fault]> {
  const fault = new Fault();
  return [await openStage({ between: (store) => fault.wrap(store) }), fault];
}

/** The same outcome for every part of a batch. */
export function all(
  batch: readonly ShardAppend[],
  outcome: AppendOutcome,
): readonly AppendOutcome[] {
  return batch.map(() => outcome);
}
