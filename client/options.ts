/** What `connect` takes. */
import type { AskGateway } from './ask-gateway.ts';
import type { ClientClock, ClientRandom } from './clock.ts';
import type { Connector } from './connector.ts';
import type { Token } from './dialer.ts';
import type { ClientLimits } from './limits.ts';
import type { Outbox } from './outbox.ts';

export interface ConnectOptions {
  /**
   * `tcp://host:port`, `tls://`, `ws://host:port/path` or `wss://`; of several, the next is tried
   * when one fails or is lost. May be left out if there is a `gateway`.
   */
  readonly address?: string | readonly string[];
  /**
   * `http://host:port` or `https://`: asked before every connection where the server is; of
   * several, the next is asked when one has no answer. `address` is for when none has.
   */
  readonly gateway?: string | readonly string[];
  /**
   * A function is asked before every connection, and again when the server no longer takes its
   * token.
   */
  readonly token: Token;
  /** This installation of the application: 1-64 characters of `A-Z a-z 0-9 . _ @ + -`. */
  readonly device: string;
  /**
   * The own user name, if it is known: else a message to a user waits for the first WELCOME to be
   * numbered.
   */
  readonly user?: string;
  /** Default: in memory. A text is the path of a file (Node only). */
  readonly outbox?: Outbox | string;
  /**
   * Default `sorted`: messages come in the order of the server's ordering strategy. `raw`: as they
   * stand in the conversation's log, by position, without the wait that sorting takes.
   */
  readonly order?: 'sorted' | 'raw';
  /** Tells the server what program this is. */
  readonly agent?: string;
  readonly limits?: Partial<ClientLimits>;
  /** Default: by the scheme of the address. */
  readonly connector?: Connector;
  /** Default: by `fetch`. */
  readonly askGateway?: AskGateway;
  readonly clock?: ClientClock;
  readonly random?: ClientRandom;
}

/** The same with every default filled in. */
export interface ClientSettings {
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly token: Token;
  readonly device: string;
  readonly user: string | undefined;
  readonly outbox: Outbox;
  readonly order: 'sorted' | 'raw';
  readonly agent: string | undefined;
  readonly limits: ClientLimits;
  readonly connector: Connector;
  readonly askGateway: AskGateway;
  readonly clock: ClientClock;
  readonly random: ClientRandom;
}
