/**
 * The blocks of the configuration that belong to the kernel, as fields; and what a role's block
 * falls back to.
 */
import {
  address,
  duration,
  flag,
  group,
  listOf,
  oneOf,
  optional,
  path,
  ROLE_FOLDERS,
  text,
  whole,
  type Fields,
  type Role,
  type Values,
} from '../contract/index.ts';
import { LIMITS } from './limits.ts';

export const NODE = {
  name: text({
    help: 'The name of this node, unlike any other of its cluster.',
    min: 1,
    max: 63,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]*',
  }),
  data: path({ help: 'The folder that this node keeps its files in; made if it is absent.' }),
} as const;

export const CHAT = {
  friendsOnly: flag({
    help: 'Friendship is needed before a message in a direct conversation.',
    fallback: false,
  }),
  keepBodies: optional(
    duration({
      help: 'Bodies of messages older than this are retired; their entries stay. None: kept for ever.',
      min: 1_000,
    }),
  ),
} as const;

export const LOG = {
  level: oneOf({
    help: 'The least that is logged.',
    choices: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
} as const;

export const CLUSTER = {
  name: text({
    help: 'The name of the cluster, the same on all its nodes.',
    min: 1,
    max: 63,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]*',
  }),
  shards: optional(
    whole({
      help: 'The shards that the store must have, so that all nodes agree. None: whatever it has.',
      min: 1,
      max: 4096,
    }),
  ),
  link: optional(
    address({
      help: 'Where the others connect to hear this node beat. None: they learn it of the store.',
    }),
  ),
  secretFile: path({
    help: 'What all nodes share; made by the first, if it is absent.',
    fallback: './cluster.key',
  }),
  beat: duration({
    help: 'How often the node renews its lease and looks at the others.',
    fallback: 1_000,
    min: 50,
    max: 60_000,
  }),
  lease: duration({
    help: 'How long the node owns what it owns without a beat: at least three beats.',
    fallback: 5_000,
    min: 200,
    max: 600_000,
  }),
  addresses: optional(
    listOf(text({ help: 'Such as tls://chat.example:7400.', min: 1, max: 300 }), {
      help: 'Where clients reach this node. None: where its transports listen.',
      min: 1,
      max: 16,
    }),
  ),
} as const;

export const GATEWAY = {
  listen: address({ help: 'Where clients ask which server is theirs, over HTTP.' }),
} as const;

export const ADMIN = {
  socket: optional(
    path({ help: 'The unix socket that its owner may steer by. None: admin.sock in node.data.' }),
  ),
  listen: optional(
    address({ help: 'Where admins with a token ask over HTTP, or HTTPS with tls. None: nowhere.' }),
  ),
  tls: optional(
    group({
      help: 'Needed where other machines reach it.',
      fields: {
        cert: path({ help: 'The certificate, and those up to its authority; PEM.', live: true }),
        key: path({ help: 'Its key; PEM.', live: true }),
      },
    }),
  ),
  tokens: listOf(
    group({
      help: 'An admin.',
      fields: {
        name: text({ help: 'Who that is, in the record of acts.', min: 1, max: 63 }),
        tokenFile: path({ help: 'A file with the token: at least 32 characters.' }),
        may: oneOf({
          help: 'What the admin may do.',
          choices: ['read', 'operate'],
          fallback: 'read',
        }),
      },
    }),
    { help: 'Who may ask over `listen`. None: nobody.', fallback: [], max: 100 },
  ),
} as const;

/** Blocks with fixed settings, in the sequence of the file. */
export const BLOCKS = {
  node: group({ help: 'This node.', fields: NODE }),
  cluster: optional(
    group({ help: 'Other nodes that stand in for this one. None: it is alone.', fields: CLUSTER }),
  ),
  gateway: optional(group({ help: 'Tells clients which server is theirs.', fields: GATEWAY })),
  admin: group({ help: 'Who may see and steer the running node.', fields: ADMIN }),
  chat: group({ help: 'Rules of the chat.', fields: CHAT }),
  log: group({ help: 'The log, on standard error.', fields: LOG }),
  limits: group({ help: 'Every bound of the node.', fields: LIMITS }),
} as const satisfies Record<string, { fields?: Fields }>;
export type Blocks = Values<typeof BLOCKS>;

/** A role of which a node has at most one. The key in the file is the role's name. */
export type SingleRole = Exclude<Role, NamedRole>;

/** A role of which a node has any number, each under a name of its own: `guards: { words: … }`. */
export type NamedRole = 'transport' | 'guard' | 'consumer';
export const NAMED_ROLES: readonly NamedRole[] = ['transport', 'guard', 'consumer'];

/** True for roles whose block holds names. */
export function isNamed(role: Role): role is NamedRole {
  return NAMED_ROLES.some((named) => named === role);
}

/** The key of a role's block in the file. */
export function keyOf(role: Role): string {
  return isNamed(role) ? ROLE_FOLDERS[role] : role;
}

/** The kinds of conversations that may each have an ordering of their own, as keys of its block. */
export const ORDERED_KINDS = ['direct', 'group'] as const;

/** The plugin that is used when nothing is said; undefined: none, the node does without. */
export const DEFAULT_USE: Readonly<Record<SingleRole, string | undefined>> = {
  persistence: 'sqlite',
  answers: undefined,
  ordering: 'conversation-owner',
  registry: 'store',
  failover: 'none',
  authentication: 'jwt',
};
export const SINGLE_ROLES = Object.keys(DEFAULT_USE) as readonly SingleRole[];

/** Every key at the top of the file, in the sequence of the reference page. */
export const TOP_KEYS = [
  'node',
  'cluster',
  'gateway',
  'transports',
  ...SINGLE_ROLES,
  'guards',
  'consumers',
  'admin',
  'chat',
  'log',
  'limits',
] as const;

/** What an instance may be called. */
export const INSTANCE_NAME = '[A-Za-z][A-Za-z0-9_-]{0,31}';
