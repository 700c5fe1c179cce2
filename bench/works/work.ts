/** A work beside the chat: what it is given, and what it says of itself. */

export interface WorkMeans {
  readonly address: string;
  /** A user's name and token, by index. */
  readonly users: readonly { readonly user: string; readonly token: string }[];
  /** Where the system under test keeps its files. */
  readonly folder: string;
  readonly quick: boolean;
  /** Runs what is measured; the server's cost is read before and after. */
  readonly measured: (run: () => Promise<void>) => Promise<void>;
}

/** Figures by name; `lost`, `repeated` and `disordered` must be 0 where they stand. */
export interface WorkFigures {
  readonly figures: Readonly<Record<string, number>>;
  /** What the server's CPU and memory are told per: so many deliveries, sessions, messages. */
  readonly units: number;
}

export interface Work {
  /** The only system that it can be run against; absent: those that are ours. */
  readonly system?: string;
  /** How many users it needs. */
  readonly users: (quick: boolean) => number;
  readonly run: (means: WorkMeans) => Promise<WorkFigures>;
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
