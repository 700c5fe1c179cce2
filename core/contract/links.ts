/**
 * Links: framed connections between the programs of one deployment, such as servers and their
 * sequencer. The kernel connects, proves to both ends that they share a secret (which is never
 * sent), and notices silence; frames are the plugin's own. What is sent is neither hidden nor
 * sealed: over a network that others can write to, give it a tunnel.
 */
import type { ImError } from './errors.ts';
import type { ListenAddress } from './fields.ts';

export interface LinkOptions {
  /** What the link is for, 1 to 64 octets: both ends must say the same. */
  readonly purpose: string;
  /**
   * Holds what both ends share: one line of base64url, at least 32 octets; made where one listens.
   */
  readonly secretFile: string;
  /** A longer frame ends the link. */
  readonly frameMaxBytes: number;
  /** Frames that wait for a slow other end; more ends the link. */
  readonly outputMaxBytes: number;
  /** For connecting and proving, together. */
  readonly openTimeoutMs: number;
  /** Silence after which either end asks; after two and a half times as long the link has ended. */
  readonly heartbeatMs: number;
}

export interface ConnectOptions extends LinkOptions {
  readonly to: ListenAddress;
  /** Waits between attempts double from the first to the last, each with full jitter. */
  readonly reconnectBaseMs: number;
  readonly reconnectMaxMs: number;
}

export interface ListenOptions extends LinkOptions {
  readonly at: ListenAddress;
  /** Links at once, those that have proven nothing yet included; more are cut. */
  readonly linksMax: number;
}

export interface Link {
  /** The other end's address, for people. */
  readonly peer: string;
  /** Frames arrive whole, in this sequence, once each, until the link ends. False: it has ended. */
  send(frame: Uint8Array): boolean;
  /** `closed` is not called any more. */
  close(): void;
}

/** What a link tells its owner. */
export interface LinkEar {
  /** Both ends have proven themselves. A connecting end may hear it again, after `closed`. */
  opened(link: Link): void;
  received(frame: Uint8Array): void;
  /**
   * It ended, or could not be opened; a connecting end goes on trying by itself. IM_LINK_AWAY, or
   * IM_LINK_SECRET or IM_LINK_REFUSED, which somebody has to mend.
   */
  closed(why: ImError): void;
}

/** Ends all of it; afterwards nothing is heard of it any more. */
export interface LinkEnd {
  /** The real `host:port` where one listens; of a connecting end where it connects to. */
  readonly address: string;
  close(): Promise<void>;
}

/** Lent by the host to plugins that talk to other programs of the deployment. */
export interface Links {
  /** Keeps one link for as long as it is not closed. Has no effect before this call returns. */
  connect(options: ConnectOptions, ear: LinkEar): LinkEnd;
  /**
   * Takes links. Rejects with IM_LINK_SECRET, or IM_LINK_LISTEN where the address is not to be had.
   */
  listen(options: ListenOptions, accept: () => LinkEar, signal: AbortSignal): Promise<LinkEnd>;
}
