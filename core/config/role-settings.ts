/** Settings that the kernel adds to every block of a role: how it treats what the plugin does. */
import {
  duration,
  oneOf,
  whole,
  type AnyPlugin,
  type Fields,
  type Role,
  type Values,
} from '../contract/index.ts';

const GUARD = {
  timeLimit: duration({
    help: 'How long one message may be looked at; then the guard has failed.',
    fallback: 100,
    min: 1,
    max: 60_000,
  }),
  onFailure: oneOf({
    help: 'When the guard fails: refuse the message for now, or allow it unseen.',
    choices: ['refuse', 'allow'],
    fallback: 'refuse',
  }),
} as const;

const CONSUMER = {
  from: oneOf({
    help: 'Where a consumer begins that this store has not seen before.',
    choices: ['now', 'start'],
    fallback: 'now',
  }),
  timeLimit: duration({
    help: 'How long one attempt may take; then it has failed.',
    fallback: 30_000,
    min: 10,
  }),
  tries: whole({
    help: 'Attempts with one entry before it is set aside as a dead letter.',
    fallback: 10,
    min: 1,
    max: 1_000_000,
  }),
  retryFrom: duration({
    help: 'The wait after a failed attempt; doubles with each.',
    fallback: 200,
    min: 1,
  }),
  retryMax: duration({ help: 'The longest such wait.', fallback: 60_000, min: 1 }),
  concurrency: whole({
    help: 'Shards whose entries are in work at once.',
    fallback: 4,
    min: 1,
    max: 256,
  }),
} as const;

const ANSWERS = {
  timeLimit: duration({
    help: 'How long a lane waits for it; then the store is asked.',
    fallback: 50,
    min: 1,
    max: 1_000,
  }),
  suspension: duration({
    help: 'How long it is left alone after a failure, before one call tries it again.',
    fallback: 10_000,
    min: 100,
  }),
  pending: whole({
    help: 'Answers waiting to be handed to it; more are dropped.',
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
  }),
} as const;

export type GuardSettings = Values<typeof GUARD>;
export type ConsumerSettings = Values<typeof CONSUMER>;
export type AnswersSettings = Values<typeof ANSWERS>;

const ADDED: Readonly<Partial<Record<Role, Fields>>> = {
  guard: GUARD,
  consumer: CONSUMER,
  answers: ANSWERS,
};

/** What the kernel adds to blocks of this role. */
export function addedSettings(role: Role): Fields {
  return ADDED[role] ?? {};
}

/** Everything that a plugin's block may hold besides `use`. */
export function settingsOf(plugin: Pick<AnyPlugin, 'role' | 'config'>): Fields {
  return { ...plugin.config, ...addedSettings(plugin.role) };
}
