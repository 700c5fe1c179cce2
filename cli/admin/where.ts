/** The options of every verb that asks a node. */
import type { Command } from 'commander';

/** Which node is asked. */
export function where(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration of the node that is asked', 'im.config.yaml')
    .option('--socket <path>', 'the unix socket of the node, instead')
    .option('--url <url>', 'http:// or https:// of the node, instead')
    .option('--token-file <file>', 'a file with the token of an admin; else $IM_ADMIN_TOKEN')
    .option('--ca <file>', 'the certificate that the node is known by, PEM');
}
