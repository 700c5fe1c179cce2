/**
 * The catalogue of errors. Each has a code `IM_<ROOM>_<WHAT>`, a kind that says who must act, and a
 * sentence that says what to do. Codes are never reused. docs/errors.md lists them all; a test
 * compares the two.
 */
import { ADMIN_CATALOGUE } from './catalogue-admin.ts';
import { CLUSTER_CATALOGUE } from './catalogue-cluster.ts';
import type { CatalogueLine } from './catalogue-line.ts';

export const CATALOGUE = {
  IM_CONFIG_INVALID: {
    kind: 'config',
    message: '{file} has {count} problem(s)',
    act: 'Mend every line listed, then run `im check`.',
  },
  IM_CONFIG_MISSING: {
    kind: 'config',
    message: '{file} cannot be read: {why}',
    act: 'Name the configuration with --config FILE, or begin with copies of im.config.yaml and im.schema.json from node_modules/im-kernel.',
  },
  IM_PLUGIN_UNKNOWN: {
    kind: 'config',
    message: 'no {role} plugin is named "{type}"',
    act: 'Use one of the names that `im list` prints, a path that begins with ./ or ../, or the name of an installed package.',
  },
  IM_PLUGIN_LOAD: {
    kind: 'config',
    message: 'the plugin {source} cannot be loaded: {why}',
    act: 'Mend the plugin; in a package it must be JavaScript, by path it may be TypeScript without enums, namespaces or decorators.',
  },
  IM_PLUGIN_CONTRACT: {
    kind: 'config',
    message: 'the plugin {source} is not what its place needs: {why}',
    act: 'Export by default what `definePlugin` returns, with the contract version and the role that the place asks for.',
  },
  IM_PLUGIN_FILE: {
    kind: 'config',
    message: '{file} cannot be used: {why}',
    act: 'Name a file that this user can read and that holds what the setting asks for.',
  },
  IM_KERNEL_START: {
    kind: 'lasting',
    message: '{instance} did not start: {why}',
    act: 'See the reason given; everything that had started was stopped again.',
  },
  IM_KERNEL_TIMEOUT: {
    kind: 'lasting',
    message: '{instance} was not done with {phase} after {limitMs} ms',
    act: 'Look at what this part waits for, or raise limits.{limit}.',
  },
  IM_KERNEL_STOP: {
    kind: 'lasting',
    message: '{instance} did not stop cleanly: {why}',
    act: 'See the reason given; the process ends all the same.',
  },
  IM_KERNEL_STATE: {
    kind: 'bug',
    message: '{instance} cannot go from {from} to {to}',
    act: 'Report this with the log around it.',
  },
  IM_LISTEN_TAKEN: {
    kind: 'lasting',
    message: '{address} is already in use',
    act: 'Stop the other program, or choose another port under transports.{instance}.listen (0: any free one).',
  },
  IM_LISTEN_DENIED: {
    kind: 'lasting',
    message: '{address} cannot be listened on: {why}',
    act: 'Choose an address of this machine and a port that this user may open.',
  },
  IM_TLS_FILES: {
    kind: 'config',
    message: 'the TLS files of {instance} cannot be used: {why}',
    act: 'Name a PEM certificate and its private key that this user can read.',
  },
  IM_STORE_OPEN: {
    kind: 'lasting',
    message: '{file} cannot be opened: {why}',
    act: 'Check that its folder exists, that this user may write there, and that no other program holds it.',
  },
  IM_STORE_NEWER: {
    kind: 'lasting',
    message: '{file} was written by a newer version (schema {found}, known up to {known})',
    act: 'Start that newer version, or restore a backup from before it.',
  },
  IM_STORE_REACH: {
    kind: 'lasting',
    message: 'the database {database} cannot be reached: {why}',
    act: 'Start it, and check the host, the port and the name in persistence.url.',
  },
  IM_STORE_LOGIN: {
    kind: 'config',
    message: 'the database {database} does not let this user in: {why}',
    act: 'Mend the user and the password in persistence.url, or who may connect in its pg_hba.conf.',
  },
  IM_STORE_RIGHTS: {
    kind: 'config',
    message: 'the user of the database {database} lacks a right: {why}',
    act: 'Grant it: to make the tables, CREATE on the database; then to read, write and execute in the schema.',
  },
  IM_STORE_UNFIT: {
    kind: 'lasting',
    message: 'the database {database} cannot hold the log: {why}',
    act: 'Change what is said of it, or name in persistence.url a PostgreSQL 14 or newer that takes writes.',
  },
  IM_STORE_UNSAFE: {
    kind: 'config',
    message: 'the database {database} would lose acknowledged messages in a crash: {why}',
    act: 'Turn it on in the server, or say persistence.unsafe: process, and clients are promised no more than that.',
  },
  IM_STORE_FULL: {
    kind: 'passing',
    message: 'the store has no room: {why}',
    act: 'Make room on its disk; nothing was acknowledged that is not kept, and work goes on by itself.',
  },
  IM_STORE_AWAY: {
    kind: 'passing',
    message: 'the store does not answer: {why}',
    act: 'Bring it back; nothing was acknowledged that is not kept, and work goes on by itself.',
  },
  IM_STORE_BROKEN: {
    kind: 'lasting',
    message: 'the store cannot be trusted any more: {why}',
    act: 'The process ends so that a fresh start reads back what is really there. Mend the reason given; if it is the disk, check that.',
  },
  IM_ANSWERS_AWAY: {
    kind: 'passing',
    message: 'the cache of answers at {place} cannot be used: {why}',
    act: 'Look after it, answers.url and the password in it; it tries again by itself, and till then the store answers repeats.',
  },
  IM_ANSWERS_FAILING: {
    kind: 'passing',
    message: 'the cache of answers is left alone: {why}',
    act: 'Mend it, or take `answers` out of the configuration: one call after each answers.suspension tries it again, and till then the store answers repeats.',
  },
  IM_ANSWERS_UNUSED: {
    kind: 'config',
    message: 'the cache of answers is not used: the store promises only `{durability}`',
    act: 'Let the store sync what it keeps, or take `answers` out of the configuration; the store answers repeats.',
  },
  IM_AUTH_KEY: {
    kind: 'config',
    message: 'the key {file} cannot be used: {why}',
    act: 'Give a file of at least 32 octets that only this user can read, or remove it to have one made.',
  },
  IM_AUTH_KEYS: {
    kind: 'passing',
    message: 'the public keys {source} cannot be read: {why}',
    act: 'Bring them back, or mend jwksUrl or jwksFile; keys that were read before go on to serve, and it tries again.',
  },
  IM_AUTH_NO_TOKENS: {
    kind: 'config',
    message: 'the authentication plugin {plugin} makes no tokens as it is configured',
    act: 'Take a token from where your tokens come from, or use jwt with a secretFile.',
  },
  IM_GUARD_FAILING: {
    kind: 'passing',
    message: 'left out after {failures} failures: {why}',
    act: 'Mend what it waits for: one message after each limits.guardSuspension tries it again, and till then guards.{guard}.onFailure decides about messages.',
  },
  IM_CONSUMER_FAILING: {
    kind: 'passing',
    message: '{conversation} {position} failed {failures} times: {why}',
    act: 'Bring back what it reports to: it tries again by itself, and what follows waits in the log. After consumers.{consumer}.tries the entry is set aside.',
  },
  IM_CONSUMER_DEAD: {
    kind: 'lasting',
    message: 'dead letters since the start: {count}',
    act: 'See `im dead-letters`; mend the reason, then `im dead-letter retry` hands one over again, and `im dead-letter discard` is done with it.',
  },
  IM_CONSUMER_AGAIN: {
    kind: 'passing',
    message: '{consumer} failed again with {conversation} {position}: {why}',
    act: 'The dead letter stays, with this reason. Mend it, then try again.',
  },
  IM_CONSUMER_UNDELIVERABLE: {
    kind: 'lasting',
    message: 'this entry can never be delivered: {why}',
    act: 'It was set aside with this reason, and the consumer went on with the next one.',
  },
  IM_RETENTION_HELD: {
    kind: 'passing',
    message: 'old bodies wait for a consumer that has not taken them',
    act: 'See how the consumers are: a body is retired once all have taken or set aside its entry. im_retention_held_shards says how many shards wait.',
  },
  IM_RETENTION_CLOCK: {
    kind: 'passing',
    message: 'the wall clock jumped ahead by {aheadMs} ms; no body is retired for an hour',
    act: 'Set the clock right if it is wrong: what is retired by a wrong clock does not come back.',
  },
  IM_RETENTION_AHEAD: {
    kind: 'passing',
    message:
      'old bodies of shard {shard} may wait: its next entry says that it was accepted at {acceptedAt} (ms since 1970), which is yet to come',
    act: 'Set the clock right if it is behind. If it was ahead then: what stands behind that entry is retired chat.keepBodies after that time; a shorter wait takes a hand in the database.',
  },
  IM_RETENTION_FAILING: {
    kind: 'passing',
    message: 'old bodies could not be retired: {why}',
    act: 'See how the store is; it is tried again every limits.retireEvery, from where it was.',
  },
  IM_RELOAD_BUSY: {
    kind: 'passing',
    message: 'nothing can be reloaded now: {why}',
    act: 'Try again in a moment.',
  },
  IM_RELOAD_STALE: {
    kind: 'peer',
    message: 'other settings run than those that were expected ({expected}): now it is {hash}',
    act: 'Somebody else reloaded meanwhile: look at the difference again, then reload with the new hash.',
  },
  IM_RELOAD_REFUSED: {
    kind: 'config',
    message: 'the file was not taken up, and everything is as it was: {why}',
    act: 'Mend what it names, see that `im reload --dry-run` is content, and reload again; what needs a restart waits for one.',
  },
  ...CLUSTER_CATALOGUE,
  ...ADMIN_CATALOGUE,
  IM_DATA_FOLDER: {
    kind: 'lasting',
    message: 'the data folder {folder} cannot be used: {why}',
    act: 'Create it, or let this user write there, or name another one under node.data.',
  },
  IM_BUG: {
    kind: 'bug',
    message: 'this must not happen: {why}',
    act: 'Report this with the log around it.',
  },
} as const satisfies Record<string, CatalogueLine>;
