/** Errors of the admin API, which see and steer a running node. */
import type { CatalogueLine } from './catalogue-line.ts';

export const ADMIN_CATALOGUE = {
  IM_ADMIN_LISTEN: {
    kind: 'lasting',
    message: '{address} of the admin API cannot be listened on: {why}',
    act: 'Stop the other program, or choose another admin.socket, or another admin.listen.',
  },
  IM_ADMIN_TOKENS: {
    kind: 'config',
    message: 'the token of admin {name} cannot be taken: {why}',
    act: 'Write a token of at least 32 characters into its tokenFile; `openssl rand -hex 32` makes one.',
  },
  IM_ADMIN_TLS: {
    kind: 'config',
    message: 'the certificate or the key of admin.tls cannot be taken: {why}',
    act: 'Give the paths of a PEM certificate and of its key.',
  },
  IM_ADMIN_TOKEN: {
    kind: 'peer',
    message: 'no token was given, or none that the node knows',
    act: 'Give the token of one of the admins of the configuration; an empty list is nobody.',
  },
  IM_ADMIN_TOKEN_FILE: {
    kind: 'peer',
    message: 'there is no token in {file}, which --token-file names: {why}',
    act: 'Name the file with the token of an admin, or put the token into $IM_ADMIN_TOKEN.',
  },
  IM_ADMIN_RIGHTS: {
    kind: 'peer',
    message: '{verb} is for admins that may operate, and {who} may only read',
    act: 'Use the token of an admin with `may: operate`, or the unix socket of the node.',
  },
  IM_ADMIN_INPUT: {
    kind: 'peer',
    message: 'what was asked is not well-formed: {why}',
    act: 'See `im help`, or GET /v1/openapi.json, for what the verb takes.',
  },
  IM_ADMIN_UNKNOWN: {
    kind: 'peer',
    message: 'there is no {what} {id} on this node',
    act: 'Look at the list: it may have ended, or be on another node.',
  },
  IM_ADMIN_NO_NODE: {
    kind: 'peer',
    message: '{verb} is for nodes, and this is a {part}',
    act: 'Ask a node, by its --config, --data, --socket or --url.',
  },
  IM_ADMIN_ROUTE: {
    kind: 'peer',
    message: 'this node knows no {method} {path}',
    act: 'See GET /v1/openapi.json for what it knows; one of an older version knows less.',
  },
  IM_ADMIN_AWAY: {
    kind: 'passing',
    message: 'this node cannot say or do that now: {why}',
    act: 'Try again in a moment; `im overview` shows how the node is.',
  },
  IM_ADMIN_BUSY: {
    kind: 'passing',
    message: 'there are {count} streams already, the most that there may be',
    act: 'Close one of them, or try again later.',
  },
  IM_ADMIN_UNREACHABLE: {
    kind: 'passing',
    message: 'no answer from {target}: {why}',
    act: 'Is the node running? `im doctor` looks for the reason.',
  },
  IM_ADMIN_LATE: {
    kind: 'passing',
    message: 'no answer from {target}, which was asked to act: {why}; it may still be going on',
    act: 'See `im acts` and what the act should change, before you ask for it again.',
  },
  IM_ADMIN_VERSION: {
    kind: 'lasting',
    message: '{target} speaks another version of the admin API: {why}',
    act: 'Use the `im` of the version that the node runs.',
  },
} as const satisfies Record<string, CatalogueLine>;
