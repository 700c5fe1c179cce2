/**
 * The frames of protocol version 1, as data: TLV, JSON, their checks and the documentation are all
 * read off this table. Field names are the protocol's; ids are UUIDs in lower-case text; times are
 * wall clock ms.
 */

export interface Hello {
  type: 'hello';
  version: number;
  token: string;
  device: string;
  agent?: string;
  pending?: readonly string[];
}
export interface Known {
  conversation: string;
  number: number;
  id: string;
}
export interface OrderingRule {
  strategy: string;
  holdMs: number;
  maxHoldMs: number;
  kind?: string;
}
export interface Welcome {
  type: 'welcome';
  version: number;
  user: string;
  device: string;
  session: string;
  node: string;
  known?: readonly Known[];
  heartbeatMs: number;
  window: number;
  maxFrame: number;
  serverTime: number;
  ordering: readonly OrderingRule[];
  retransmitMs: number;
  retransmitTries: number;
  log: string;
}
export interface Ping {
  type: 'ping';
  id: number;
  sentAt?: number;
}
export interface Pong {
  type: 'pong';
  id: number;
  sentAt?: number;
}
export interface ErrorFrame {
  type: 'error';
  code: string;
  detail?: string;
  retryAfterMs?: number;
}
export interface Moved {
  type: 'moved';
  address?: readonly string[];
  retryAfterMs?: number;
  spreadMs?: number;
  reason?: string;
}
export interface Bye {
  type: 'bye';
  reason?: string;
}
export interface OrderingFrame {
  type: 'ordering';
  ordering: readonly OrderingRule[];
}
export interface Send {
  type: 'send';
  conversation: string;
  number: number;
  id: string;
  sentAt: number;
  attempt?: number;
  mediaType?: string;
  body: Uint8Array;
}
export interface Act {
  type: 'act';
  conversation: string;
  number: number;
  id: string;
  sentAt: number;
  attempt?: number;
  action: string;
  user?: readonly string[];
  title?: string;
  open?: number;
}
export interface Accepted {
  type: 'accepted';
  conversation: string;
  number: number;
  position: number;
  order: number;
  acceptedAt: number;
  attempt?: number;
  duplicate?: number;
  durability: string;
  id: string;
}
export interface Refused {
  type: 'refused';
  conversation: string;
  number: number;
  code: string;
  detail?: string;
  retryAfterMs?: number;
  expected?: number;
  id?: string;
  attempt?: number;
}
/** What a DELIVER and an item of history say. */
export interface Delivery {
  conversation: string;
  position: number;
  order: number;
  id: string;
  from: string;
  device: string;
  number: number;
  sentAt: number;
  acceptedAt: number;
  kind?: string;
  mediaType?: string;
  body?: Uint8Array;
  user?: readonly string[];
  title?: string;
  again?: number;
  previous?: number;
}
export interface Deliver extends Delivery {
  type: 'deliver';
}
export interface UpTo {
  conversation: string;
  position: number;
}
export interface Received {
  type: 'received';
  upTo?: readonly UpTo[];
}
export interface Read {
  type: 'read';
  upTo?: readonly UpTo[];
}
export interface Receipt {
  type: 'receipt';
  conversation: string;
  user: string;
  received: number;
  read: number;
}
export interface Presence {
  type: 'presence';
  user: string;
  state: string;
  since: number;
}
export interface Signal {
  type: 'signal';
  conversation: string;
  kind: string;
  from?: string;
  body?: Uint8Array;
}
export interface Query {
  type: 'query';
  query: number;
  what: string;
  conversation?: string;
  after?: number;
  before?: number;
  limit?: number;
  user?: readonly string[];
  from?: string;
}
export interface ConversationItem {
  conversation: string;
  last: number;
  received: number;
  read: number;
  title?: string;
}
export interface MemberItem {
  user: string;
  role: string;
  joined: number;
  received: number;
  read: number;
}
export interface FriendItem {
  user: string;
  state: string;
}
export interface PresenceItem {
  user: string;
  state: string;
  since: number;
}
export interface Items {
  history: Delivery;
  conversations: ConversationItem;
  members: MemberItem;
  friends: FriendItem;
  presence: PresenceItem;
}
export type What = keyof Items;
export interface Result<W extends What = What> {
  type: 'result';
  query: number;
  /** Which kind of items these are. Not on the wire: the one who asked knows it by `query`. */
  what: W;
  item: readonly Items[W][];
  more?: number;
  firstAvailable?: number;
  code?: string;
  detail?: string;
}

export type ClientFrame = Hello | Ping | Pong | Bye | Send | Act | Received | Read | Signal | Query;
export type ServerFrame =
  | Welcome
  | Ping
  | Pong
  | ErrorFrame
  | Moved
  | Bye
  | OrderingFrame
  | Accepted
  | Refused
  | Deliver
  | Receipt
  | Presence
  | Signal
  | Result;
export type Frame = ClientFrame | ServerFrame;
export type FrameType = Frame['type'];
