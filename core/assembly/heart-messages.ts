/** What the node and the thread of its heart say to each other. */
import type { BeatState } from '../cluster/heart/beat-frame.ts';
import type { HeartNews, HeartSettings, LinkTrouble } from '../cluster/heart/heart-end.ts';
import type { Peer } from '../cluster/heart/peers.ts';
import type { Log } from '../contract/index.ts';

export interface HeartThreadData {
  readonly settings: HeartSettings;
  readonly memory: SharedArrayBuffer;
}

export type ToHeart =
  | { readonly say: 'know'; readonly peers: readonly Peer[] }
  | { readonly say: 'turn'; readonly state: BeatState }
  | { readonly say: 'stop' };

export type FromHeart =
  | { readonly say: 'listening'; readonly address: string }
  | { readonly say: 'refused'; readonly trouble: LinkTrouble }
  | { readonly say: 'news'; readonly news: HeartNews }
  | {
      readonly say: 'log';
      readonly level: keyof Log;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    };
