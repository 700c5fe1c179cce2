/** The life of a message as lines of text: what it is, a line for each hop, who has it. */
import { printable } from '../kernel/printable.ts';
import {
  HANDLED,
  type Hop,
  type Trace,
  type TracedUser,
  type TracingNode,
} from '../path/trace/trace.ts';

/** How wall clock ms are shown. */
export type TimeOf = (ms: number) => string;

/** Devices whose missing delivery is named. */
const NAMED_MAX = 5;

export function traceLines(trace: Trace, timeOf: TimeOf): readonly string[] {
  return [
    ...about(trace, timeOf),
    ...hopLines(trace, timeOf),
    ...standingLines(trace, timeOf),
    ...gapLines(trace, timeOf),
  ].map(printable);
}

function about({ key, command, entry }: Trace, timeOf: TimeOf): readonly string[] {
  if (!command) {
    return 'id' in key
      ? [
          `no node remembers the command ${key.id}`,
          'Name its place instead, as in: im trace d/ann/bob 7',
        ]
      : [`${key.conversation} has no position ${key.position}`];
  }
  const of = `number ${command.number} of ${command.user}/${command.device}`;
  if (!entry) return [`${command.conversation}  ${command.id}`, `${of}, not in the log`];
  const { position, kind, mediaType, bodyBytes, order, shard, sentAt, acceptedAt } = entry;
  const body = bodyBytes === undefined ? '' : `  ${mediaType}, ${bodyBytes} bytes`;
  const times = `sent ${timeOf(sentAt)} by its own clock, accepted ${timeOf(acceptedAt)}`;
  return [
    `${command.conversation} ${position}  ${kind}  ${command.id}${body}`,
    `${of}, order ${order}, shard ${shard}, ${times}`,
  ];
}

/** The time since the last hop stands only where both are of one node. */
function hopLines({ hops }: Trace, timeOf: TimeOf): readonly string[] {
  const before = new Map<string, number>();
  const rows = hops.map((hop) => {
    const { at, node } = hop;
    const last = before.get(node);
    before.set(node, at);
    const since = last === undefined ? '' : `${at < last ? '' : '+'}${at - last} ms`;
    return [timeOf(at), node, since, hop.hop, DETAIL[hop.hop](hop)] as const;
  });
  const [, nodeWide, sinceWide] = [0, 1, 2].map((column) => {
    return Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  });
  return rows.map(([time, node, since, hop, detail]) => {
    const where = `${time}  ${node.padEnd(nodeWide ?? 0)}  ${since.padStart(sinceWide ?? 0)}`;
    return `${where}  ${hop.padEnd(12)}  ${detail}`.trimEnd();
  });
}

const DETAIL: Readonly<Record<Hop['hop'], (hop: Hop) => string>> = {
  received: (hop) => `from ${deviceOf(hop)}`,
  placed: placeOf,
  kept: (hop) => [placeOf(hop), hop.epoch && `epoch ${hop.epoch}`].filter(Boolean).join(', '),
  answered: (hop) => `${hop.outcome ?? ''} ${placeOf(hop)}`.trim(),
  delivered: (hop) => `to ${deviceOf(hop)}`,
  again: (hop) => `to ${deviceOf(hop)}`,
  acknowledged: (hop) => `by ${deviceOf(hop)}`,
  read: (hop) => `by ${deviceOf(hop)}`,
  taken: (hop) => `by consumer ${hop.consumer ?? ''}`,
  failed: (hop) => `by consumer ${hop.consumer ?? ''}`,
  'set-aside': (hop) => `by consumer ${hop.consumer ?? ''}`,
};

function deviceOf({ user = '', device = '' }: Hop): string {
  return `${user}/${device}`;
}

function placeOf({ position }: Hop): string {
  return position === undefined ? '' : `at ${position}`;
}

function standingLines({ standing, entry }: Trace, timeOf: TimeOf): readonly string[] {
  if (!standing || !entry) return [];
  const { sees, received, read, users, consumers } = standing;
  const others = users.filter(({ user }) => user !== entry.user);
  const rest = sees - users.length;
  return [
    `of ${sees} who see it, ${received} received it and ${read} read it (the sender counts)`,
    ...others.map(userLine),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...consumers.map(({ consumer, taken, deadLetter }) => {
      if (!deadLetter) return `  consumer ${consumer}: ${TAKEN[taken]}`;
      const { why, attempts, at } = deadLetter;
      return `  consumer ${consumer}: set aside ${timeOf(at)} after ${attempts} attempts: ${why}`;
    }),
  ];
}

const TAKEN = {
  yes: 'taken',
  no: 'not taken yet',
  unknown: 'far behind, not taken yet',
} as const;

function userLine({ user, hasReceived, hasRead, devices }: TracedUser): string {
  const marks = `${hasReceived ? 'received' : 'not received'}, ${hasRead ? 'read' : 'not read'}`;
  const told = devices.map(
    ({ device, here, has }) => `${device} ${here ? 'here' : 'away'}, ${has ? 'has it' : 'waits'}`,
  );
  return `  ${user}: ${marks}${told.length === 0 ? '; no device here' : `; ${told.join('; ')}`}`;
}

/** What nobody remembers, and how far back each node does. */
function gapLines(trace: Trace, timeOf: TimeOf): readonly string[] {
  const { nodes, entry, hops, standing } = trace;
  const unread = nodes.flatMap(({ node, unread: code }) => {
    return code === undefined ? [] : [`the store did not answer ${node} (${code})`];
  });
  const missing: string[] = [];
  if (entry) missing.push(...HANDLED.filter((name) => !hops.some(({ hop }) => hop === name)));
  const delivered = new Set(hops.flatMap(({ hop, user }) => (isDelivery(hop) ? [user] : [])));
  const unseen = (standing?.users ?? [])
    .filter(({ user, hasReceived }) => hasReceived && user !== entry?.user && !delivered.has(user))
    .map(({ user }) => user);
  if (unseen.length > 0) missing.push(`the delivery to ${unseen.slice(0, NAMED_MAX).join(', ')}`);
  if (missing.length === 0) return [...unread, ...clocksLine(nodes)];
  return [
    ...unread,
    `not remembered: ${missing.join(', ')} (older than what a node remembers, or another life’s)`,
    ...nodes.map((node) => `  ${reachOf(node, timeOf)}`),
    ...clocksLine(nodes),
  ];
}

function isDelivery(hop: Hop['hop']): boolean {
  return hop === 'delivered' || hop === 'again';
}

function reachOf({ node, commandsSince, hopsSince, leftOut }: TracingNode, timeOf: TimeOf): string {
  if (commandsSince === undefined && hopsSince === undefined) return `${node}: nothing came so far`;
  const since = (ms: number | undefined): string => (ms === undefined ? 'none' : timeOf(ms));
  const left = leftOut === 0 ? '' : `; ${leftOut} deliveries above limits.traceDevices not noted`;
  return `${node}: commands since ${since(commandsSince)}, what follows since ${since(hopsSince)}${left}`;
}

function clocksLine(nodes: readonly TracingNode[]): readonly string[] {
  return nodes.length < 2 ? [] : ['Times of two nodes compare only as well as their clocks do.'];
}
