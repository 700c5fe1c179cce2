/** `use: redis`: recent answers in a Redis that nodes share. */
import { definePlugin } from 'im-kernel/contract';
import { RedisAnswers } from './redis-answers.ts';
import { problemsOf, SETTINGS } from './settings.ts';

export default definePlugin({
  contract: 1,
  role: 'answers',
  type: 'redis',
  summary: 'Remembers recent answers in a Redis that nodes share.',
  stability: 'experimental',
  config: SETTINGS,
  check: problemsOf,
  create: (config, host) => new RedisAnswers(config, host),
});
