/**
 * The one table of what can be asked of a running node, and done to it. HTTP routes, the command
 * line, the keys of the terminal UI, the help and the completion are made from it; a test compares
 * them.
 */
import { z } from 'zod';
import {
  deadLetterDetail,
  deadLetterDone,
  deadLetterInput,
  deadLetterList,
  deadLettersInput,
} from './protocol/dead-letters.ts';
import { changed, changeInput, clusterView } from './protocol/cluster.ts';
import { configView, reloaded } from './protocol/config.ts';
import { conversationDetail, conversationList, conversationRow } from './protocol/conversations.ts';
import { actList, eventList, level, levelSet } from './protocol/events.ts';
import { orderingView } from './protocol/ordering.ts';
import { overview } from './protocol/overview.ts';
import { pluginDetail, pluginList, pluginRow } from './protocol/plugins.ts';
import { filter, limit, listInput } from './protocol/scalars.ts';
import { disconnected, sessionList, sessionRow } from './protocol/sessions.ts';
import { storeView } from './protocol/store.ts';
import { trace, traceInput } from './protocol/trace.ts';
import { act, ALL, look, type Verb } from './verb.ts';

export type { Danger, Part, Permission, Screen, Verb } from './verb.ts';

const id = (what: string) => z.object({ id: z.string().min(1).max(300).describe(what) });
const name = (what: string) => z.object({ name: z.string().min(1).max(63).describe(what) });

/** By the words of the command line. */
export const VERBS = {
  overview: look({
    summary: 'Show this node at a glance.',
    path: '/v1/overview',
    parts: ALL,
    output: overview,
    screen: 'overview',
  }),
  sessions: look({
    summary: 'List the sessions of this node.',
    path: '/v1/sessions',
    input: listInput(Object.keys(sessionRow.shape)),
    output: sessionList,
    screen: 'sessions',
  }),
  'session disconnect': act({
    summary: 'End a session; its device may come back at once.',
    danger: 2,
    path: '/v1/sessions/:id/disconnect',
    input: id('The session.'),
    output: disconnected,
    plain: ['id'],
    screen: 'sessions',
    key: 'd',
  }),
  conversations: look({
    summary: 'List the conversations that this node has in memory.',
    path: '/v1/conversations',
    input: listInput(Object.keys(conversationRow.omit({ online: true }).shape)),
    output: conversationList,
    screen: 'conversations',
  }),
  'conversation show': look({
    summary: 'Show a conversation: its head, its members and their marks.',
    path: '/v1/conversation',
    input: id('The conversation, such as d/alice/bob.'),
    output: conversationDetail,
    plain: ['id'],
    screen: 'conversations',
    key: 'enter',
  }),
  trace: look({
    summary: 'Show the life of one message, hop by hop, as this node knows it.',
    path: '/v1/trace',
    input: traceInput,
    output: trace,
    plain: ['message', 'position'],
    screen: 'conversations',
    key: 't',
  }),
  plugins: look({
    summary: 'List the plugins of this node, and how they are.',
    path: '/v1/plugins',
    parts: ALL,
    input: listInput(Object.keys(pluginRow.shape)),
    output: pluginList,
    screen: 'plugins',
  }),
  'plugin show': look({
    summary: 'Show a plugin: its health, settings and counters.',
    path: '/v1/plugins/:name',
    parts: ALL,
    input: name('As in the configuration.'),
    output: pluginDetail,
    plain: ['name'],
    screen: 'plugins',
    key: 'enter',
  }),
  'dead-letters': look({
    summary: 'List the entries that consumers could not take.',
    path: '/v1/dead-letters',
    input: deadLettersInput,
    output: deadLetterList,
    screen: 'dead-letters',
  }),
  'dead-letter show': look({
    summary: 'Show a dead letter, and of what entry it is.',
    path: '/v1/dead-letter',
    input: deadLetterInput,
    output: deadLetterDetail,
    plain: ['consumer', 'conversation', 'position'],
    screen: 'dead-letters',
    key: 'enter',
  }),
  'dead-letter retry': act({
    summary: 'Hand an entry to its consumer once more, after all that followed it.',
    danger: 2,
    path: '/v1/dead-letter/retry',
    input: deadLetterInput,
    output: deadLetterDone,
    plain: ['consumer', 'conversation', 'position'],
    screen: 'dead-letters',
    key: 'R',
  }),
  'dead-letter discard': act({
    summary: 'Be done with a dead letter: its consumer never gets the entry.',
    danger: 2,
    path: '/v1/dead-letter/discard',
    input: deadLetterInput,
    output: deadLetterDone,
    plain: ['consumer', 'conversation', 'position'],
    screen: 'dead-letters',
    key: 'X',
  }),
  store: look({
    summary: 'Show how entries are kept: commits, batches, lanes.',
    path: '/v1/store',
    output: storeView,
    screen: 'store',
  }),
  ordering: look({
    summary: 'Show the ordering of each kind of conversation, as it is now.',
    path: '/v1/ordering',
    parts: ['node', 'sequencer'],
    output: orderingView,
    screen: 'ordering',
  }),
  cluster: look({
    summary: 'Show the nodes of the cluster as this one sees them, and past takeovers.',
    path: '/v1/cluster',
    parts: ['node', 'gateway'],
    output: clusterView,
    screen: 'cluster',
  }),
  'cluster switchover': act({
    summary: 'Let another node follow the active one; no client sees an error.',
    danger: 3,
    path: '/v1/cluster/switchover',
    input: z.object(changeInput),
    output: changed,
    screen: 'cluster',
    key: 's',
  }),
  'cluster takeover': act({
    summary: 'Give everything to a node that waits, when the active one is no more.',
    danger: 4,
    path: '/v1/cluster/takeover',
    input: z.object({
      ...changeInput,
      force: z.boolean().default(false).describe('Even while the lease of the owner runs.'),
    }),
    output: changed,
    screen: 'cluster',
    key: 'F',
  }),
  events: look({
    summary: 'Show what happened on this node lately.',
    path: '/v1/events',
    parts: ALL,
    input: z.object({
      after: z.string().max(100).optional().describe('The id of an event: only later ones.'),
      level: level.default('info').describe('The least that is shown.'),
      limit,
    }),
    output: eventList,
    screen: 'events',
  }),
  acts: look({
    summary: 'Show what operators did on this node, and what came of it.',
    path: '/v1/acts',
    parts: ALL,
    input: z.object({ limit }),
    output: actList,
    screen: 'events',
  }),
  'log level': act({
    summary: 'Change the least that is logged, until the next start.',
    danger: 1,
    path: '/v1/log-level',
    parts: ALL,
    input: z.object({ level: level.describe('The level.') }),
    output: levelSet,
    plain: ['level'],
    screen: 'events',
    key: 'L',
  }),
  config: look({
    summary: 'Show the effective configuration, and where each setting comes from.',
    path: '/v1/config',
    parts: ALL,
    input: z.object({ filter }),
    output: configView,
    screen: 'config',
  }),
  reload: act({
    summary: 'Take what has changed in the file; a bad file changes nothing.',
    danger: 2,
    path: '/v1/reload',
    parts: ALL,
    input: z.object({
      dryRun: z.boolean().default(false).describe('Only show what would change.'),
      expect: z
        .string()
        .max(100)
        .optional()
        .describe('The hash that you saw: of other settings, nothing is changed.'),
    }),
    output: reloaded,
    screen: 'config',
    key: 'r',
  }),
} as const satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof VERBS;
/** As it is written by who asks. */
export type Asked<N extends VerbName> = z.input<(typeof VERBS)[N]['input']>;
/** As it is read: complete and checked. */
export type Input<N extends VerbName> = z.output<(typeof VERBS)[N]['input']>;
export type Output<N extends VerbName> = z.output<(typeof VERBS)[N]['output']>;
