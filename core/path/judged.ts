/** What the steps of the message path hand to each other. */
import type { Entry } from '../contract/index.ts';
import type { Verdict } from '../chat/judge.ts';
import type { Draft } from '../chat/draft.ts';
import type { Code } from '../wire/codes.ts';
import type { Content } from './guarding.ts';
import type { Handed } from './handed.ts';
import type { Ticket } from './trace/command-ring.ts';

/** A command with its verdict, on the state that the draft holds. */
export interface Judged {
  readonly handed: Handed;
  readonly draft: Draft;
  readonly verdict: Verdict;
  /** What the guards made of a message; undefined: nobody looked. */
  readonly content: Content | undefined;
}

/** An entry on its way into the log. */
export interface Planned {
  readonly shard: number;
  readonly entry: Entry;
  /** Of its command. */
  readonly trace: Ticket;
}

/** What became of a shard's part of the batch: kept, to be planned again, or refused for now. */
export type Fate = 'kept' | 'again' | { readonly refuse: Code };
export type Fates = ReadonlyMap<number, Fate>;
