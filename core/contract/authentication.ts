/**
 * Role `authentication`: says whom a token belongs to. Users need no registration: whom it names
 * exists.
 */
import type { Component } from './component.ts';

export interface Identity {
  /** 1-64 characters of `A-Z a-z 0-9 . _ @ + -`; the kernel refuses any other. */
  readonly user: string;
  /** Wall clock ms at which the identity lapses and its sessions end; absent: never. */
  readonly expiresAt?: number;
}

export interface Authentication extends Component {
  /**
   * Resolves to the token's owner, or to a refusal; the reason is logged, never sent to the peer.
   */
  authenticate(token: string): Promise<Identity | { readonly refused: string }>;
  /**
   * Makes a token for `im token`; absent where tokens come from elsewhere. `lifeMs` undefined: the
   * default.
   */
  issue?(user: string, lifeMs: number | undefined): Promise<string>;
}
