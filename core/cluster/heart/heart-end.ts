/** What a node has of its heart, whether that runs in its own loop or in a thread of its own. */
import type { ErrorCode, ImError, ListenAddress, NodeLife } from '../../contract/index.ts';
import type { BeatState } from './beat-frame.ts';
import type { LoopMoves } from './loop-watch.ts';
import type { Peer } from './peers.ts';

export interface HeartSettings {
  readonly self: NodeLife;
  readonly at: ListenAddress;
  /** Made if it is absent. */
  readonly secretFile: string;
  readonly beatMs: number;
  readonly suspectAfterMs: number;
}

/** What is wrong with a link, in a form that a thread can hand to another. */
export interface LinkTrouble {
  readonly code: ErrorCode;
  readonly details: ImError['details'];
}

export interface HeartNews {
  /** By name. */
  readonly suspects: readonly string[];
  /** Something happened that the store may know more of. */
  readonly look: boolean;
  /** Links that were refused since the last news, by either end. */
  readonly refused: number;
  /** Links that are open. */
  readonly links: number;
  /** What somebody has to mend; undefined: nothing. */
  readonly trouble: LinkTrouble | undefined;
}

export interface HeartEnd {
  readonly moves: LoopMoves;
  /**
   * Begins to listen and to beat; resolves to the real `host:port`. Rejects with IM_LINK_SECRET or
   * IM_LINK_LISTEN, or the signal's reason.
   */
  start(signal: AbortSignal): Promise<string>;
  /** The others that there are, itself not among them. */
  know(peers: readonly Peer[]): void;
  /** Tells everybody at once. */
  turn(state: BeatState): void;
  stop(): Promise<void>;
}
