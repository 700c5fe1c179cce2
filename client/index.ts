/** `im-kernel/client`: for Node and for browsers. */
export type { AskGateway, GatewayReply } from './ask-gateway.ts';
export type { Cancel, ClientClock, ClientRandom } from './clock.ts';
export {
  Client,
  type Content,
  type HistoryPage,
  type HistoryRange,
  type Timing,
} from './client.ts';
export type { Acceptance, CommandHandle, Outcome } from './command-handle.ts';
export { connect } from './connect.ts';
export type { Connection, ConnectionEvents, Connector } from './connector.ts';
export { connectByScheme } from './connectors.ts';
export type { Counts } from './counts.ts';
export type { Token } from './dialer.ts';
export { ClientError, type ClientErrorCode, RefusedError } from './errors.ts';
export type {
  ActEntry,
  ClientEvents,
  ClientState,
  EntryHead,
  EventName,
  Message,
  PutOff,
  StateChange,
} from './events.ts';
export type { ActFields, Friends, Groups, NewGroup } from './groups.ts';
export type { HoldReading } from './hold.ts';
export type { HoldReadings } from './holds.ts';
export { CLIENT_LIMITS, type ClientLimits } from './limits.ts';
export type { ConnectOptions } from './options.ts';
export {
  applyChange,
  changesOf,
  type Command,
  emptyOutbox,
  memoryOutbox,
  type Outbox,
  type OutboxChange,
  type OutboxState,
} from './outbox.ts';
export type {
  ConversationItem,
  Delivery,
  FriendItem,
  MemberItem,
  OrderingRule,
  PresenceItem,
  Receipt,
} from '../core/wire/frames.ts';
