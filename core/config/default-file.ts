/**
 * The im.config.yaml that comes with the package: runnable as it is, every limit at its default.
 */
import type { Field } from '../contract/index.ts';
import { printValue } from './describe.ts';
import { LIMITS } from './limits.ts';

export function defaultFile(): string {
  const limits = Object.entries(LIMITS).map(
    ([name, limit]: [string, Field<unknown>]) =>
      `  ${name}: ${printValue(limit, limit.fallback)} # ${limit.help}`,
  );
  return `${HEAD}${limits.join('\n')}\n`;
}

const HEAD = `# yaml-language-server: $schema=./im.schema.json
# A whole node. \`im check\` reads this file, \`im explain\` describes every setting, and
# docs/configuration.md is the reference.

node: { name: im-1, data: ./data }

transports:
  tcp: { use: tcp-tlv, listen: 127.0.0.1:7400 }
  web: { use: websocket, listen: 127.0.0.1:7401, path: /im }

persistence: { use: sqlite, file: ./data/im.db }
ordering: { use: conversation-owner }
failover: { use: none }
authentication: { use: jwt, secretFile: ./data/auth.key }

# Nodes that stand in for each other, over a store that they share, and where clients ask which one
# is theirs: docs/failover.md
# cluster: { name: demo, link: 127.0.0.1:7421, secretFile: ./cluster.key, beat: 1s, lease: 5s }
# gateway: { listen: 127.0.0.1:7430 }
# registry: { use: store }

# A cache of recent answers that nodes share; never the authority: plugins/answers/redis
# answers: { use: redis, url: '\${IM_REDIS_URL}' }

# Look at messages before they are kept, and are handed them afterwards: docs/guards-and-consumers.md
# guards: { words: { use: word-list, file: ./words.txt, action: mask } }
# consumers: { hook: { use: webhook, url: https://example.org/im, secret: '\${IM_HOOK_SECRET}' } }

# friendsOnly: friendship is needed before a direct message. keepBodies: 30d retires older bodies.
chat: { friendsOnly: false }
log: { level: info } # debug, info, warn or error

# Every bound, at its default; remove what you do not change.
limits:
`;
