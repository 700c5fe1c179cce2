/** What tells the others that this node lives: in its own loop, or in a thread of its own. */
import { Heart } from '../cluster/heart/heart.ts';
import type { HeartEnd, HeartNews, HeartSettings } from '../cluster/heart/heart-end.ts';
import { OwnMoves } from '../cluster/heart/loop-watch.ts';
import type { Network } from '../cluster/link/network.ts';
import type { Membership } from '../cluster/membership.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock, Failover, Health, Log, Metrics, NodeLife, Random } from '../contract/index.ts';
import { HeartPart } from './heart-part.ts';
import { linkMeans } from './lend-links.ts';
import type { Report } from './tokens.ts';

/** What a heart tells of: news, what it logs, and that it ended by itself. */
export interface HeartEars {
  readonly log: Log;
  readonly tell: (news: HeartNews) => void;
  readonly ended: (why: string) => void;
}

/** Starts nothing. */
export type HeartMaker = (settings: HeartSettings, ears: HeartEars) => HeartEnd;

interface Means {
  readonly clock: Clock;
  readonly random: Random;
  readonly network?: Network;
}

/** Beats from the node's own loop; undefined: there is no network to beat over. */
export function heartOver({ clock, random, network }: Means): HeartMaker | undefined {
  if (!network) return undefined;
  return (settings, { log, tell }) => {
    const links = linkMeans({ clock, random, log }, network);
    return new Heart(settings, links, new OwnMoves(clock), tell);
  };
}

interface Sources {
  readonly makeHeart: HeartMaker | undefined;
  readonly life: NodeLife;
  readonly failover: Failover;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly report: Report;
}

/** Starts nothing. */
export function createHeart(
  { makeHeart, life: self, failover, clock, metrics, log, report: reportOf }: Sources,
  cluster: NonNullable<Settings['cluster']>,
  membership: () => Membership,
): HeartPart {
  const { link: at, secretFile, beat: beatMs, lease: leaseMs } = cluster;
  const { suspectAfterMs } = failover.rule;
  const report = (health: Health): void => reportOf('heart', health);
  const ended = (why: string): void => {
    // The node goes on: the others learn of it by the store.
    report({ state: 'degraded', why: `it does not beat over links: ${why}` });
  };
  const make = (tell: HeartEars['tell']): HeartEnd | undefined => {
    if (!at) return undefined;
    return makeHeart?.({ self, at, secretFile, beatMs, suspectAfterMs }, { log, tell, ended });
  };
  return new HeartPart({
    clock,
    metrics,
    log,
    beatMs,
    leaseMs,
    make,
    report,
    suspect: (names) => membership().suspect(names),
    look: () => membership().poke(),
  });
}
