/** `use: webhook`: posts every entry, signed, to an address of your own. */
import {
  definePlugin,
  duration,
  optional,
  path,
  secret,
  size,
  text,
  whole,
} from 'im-kernel/contract';
import { Webhook } from './webhook.ts';

export default definePlugin({
  contract: 1,
  role: 'consumer',
  type: 'webhook',
  summary: 'Posts every entry as signed JSON to an address, at least once, in order.',
  stability: 'stable',
  config: {
    url: text({ help: 'Where to post to; https unless it is your own machine.', max: 2_048 }),
    secret: optional(secret({ help: 'What signs; keep it in the environment.', min: 16 })),
    secretFile: optional(path({ help: 'A file with what signs, instead.' })),
    timeout: duration({
      help: 'From the connection to the end of the answer.',
      fallback: 10_000,
      min: 10,
      max: 3_600_000,
    }),
    responseMax: size({
      help: 'More of an answer is not read.',
      fallback: 65_536,
      min: 0,
      max: 16_777_216,
    }),
    connections: whole({ help: 'Connections held open.', fallback: 16, min: 1, max: 1_024 }),
  },
  check({ url, secret: given, secretFile }) {
    const faults: string[] = [];
    if (!isAddress(url)) faults.push('url: must be http:// or https://, without user or password');
    if ((given === undefined) === (secretFile === undefined)) {
      faults.push('needs either `secret` or `secretFile`');
    }
    return faults;
  },
  create: (config, host) => new Webhook(config, host),
});

function isAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return false;
  return parsed.username === '' && parsed.password === '';
}
