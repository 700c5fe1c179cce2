/**
 * Role `registry`: where nodes tell of themselves, so that others, gateways and operators find
 * them. It never says who owns what: that is the store's alone.
 */
import type { Component, Host } from './component.ts';
import type { Register } from './strategies.ts';

export interface RegistryHost extends Host {
  /** The durable memory of the store that all nodes share. */
  readonly register: Register;
}

export interface Announced {
  readonly node: string;
  /** What it told of itself last: JSON, at most 16 KiB. */
  readonly card: string;
}

export interface Registry extends Component {
  /**
   * Makes a node's card known, in place of its last. It is listed for `ttlMs` at least, and not for
   * ever, unless it is announced again: every beat. Rejects with a passing ImError while the
   * registry is away.
   */
  announce(node: string, card: string, ttlMs: number): Promise<void>;
  /** The card is listed no more. A repeat changes nothing. */
  withdraw(node: string): Promise<void>;
  /** The cards that are known, by name in byte order, at most 1,000. */
  list(): Promise<readonly Announced[]>;
}
