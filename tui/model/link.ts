/** One member of the cluster, as this terminal reaches it. Times are monotonic, ms. */
import type { Beat, ClusterView, Overview } from '../../core/admin/protocol/index.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly act: string | undefined;
  /** Of HTTP; 0: there was no answer. */
  readonly status: number;
}

export interface Link {
  /** Of the target; a node's own name is in its overview. */
  readonly name: string;
  /** It was told by the cluster, not by the command line. */
  readonly learned: boolean;
  readonly phase: 'trying' | 'open' | 'waiting';
  /** When anything last came; undefined: never. */
  readonly heardAt: number | undefined;
  /** Ends of its stream since something was last heard. */
  readonly failures: number;
  /** Of the next try, while it waits. */
  readonly retryAt: number | undefined;
  readonly problem: Problem | undefined;
  readonly overview: Overview | undefined;
  readonly cluster: ClusterView | undefined;
  /** Why it could not look at the cluster last: then `cluster` is an older picture. */
  readonly clusterProblem: Pick<Problem, 'code' | 'message'> | undefined;
  readonly beat: Beat | undefined;
}

/** From here on what is shown is called stale. */
export const STALE_MS = 1_500;
/** From here on the member is taken to be lost. */
export const LOST_MS = 3_000;

export function newLink(name: string, learned: boolean): Link {
  return {
    name,
    learned,
    phase: 'trying',
    heardAt: undefined,
    failures: 0,
    retryAt: undefined,
    problem: undefined,
    overview: undefined,
    cluster: undefined,
    clusterProblem: undefined,
    beat: undefined,
  };
}

/** The name of its node, if it said it. */
export function nodeOf(link: Link): string {
  return link.overview?.node ?? link.name;
}

export function ageMs(link: Link, now: number): number {
  return link.heardAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - link.heardAt);
}

export function alive(link: Link, now: number): boolean {
  return link.phase === 'open' && ageMs(link, now) < LOST_MS;
}

/** It says of itself that it serves. */
export function leads(link: Link, now: number): boolean {
  const { standing } = link.overview ?? {};
  return alive(link, now) && (standing === 'active' || standing === 'alone');
}

/** It was tried, and there is nothing. */
export function down(link: Link, now: number): boolean {
  const enough = link.heardAt === undefined || refuses(link) ? 1 : 2;
  return !alive(link, now) && link.failures >= enough;
}

export function denied(link: Link): boolean {
  const { status } = link.problem ?? {};
  return link.phase !== 'open' && (status === 401 || status === 403);
}

/** It answers, but not with a stream. */
export function refuses({ phase, problem }: Link): boolean {
  return phase !== 'open' && (problem?.status ?? 0) > 0;
}

/** It can be told apart from one that never answered: it was here, and is not. */
export function lost(link: Link, now: number): boolean {
  return !alive(link, now) && (link.heardAt !== undefined || link.failures > 0);
}
