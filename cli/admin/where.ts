/** The options of every verb that asks running nodes: where they are, and who asks. */
import type { Command } from 'commander';

/** Each place as often as there are nodes; none: the node of `im.config.yaml`. */
export interface WhereOptions {
  readonly config?: readonly string[];
  readonly data?: readonly string[];
  readonly socket?: readonly string[];
  readonly url?: readonly string[];
  readonly tokenFile?: string;
  readonly ca?: string;
}

/** `several`: it asks all that are named; else it asks one. */
export function where(command: Command, several = false): Command {
  const again = several ? '; again for other nodes' : '';
  return command
    .option('--config <file>', `else im.config.yaml: the configuration of a node${again}`, more)
    .option('--data <folder>', `the data folder of a node${again}`, more)
    .option('--socket <path>', `the admin socket of a node${again}`, more)
    .option('--url <url>', `the admin API of a node, http:// or https://${again}`, more)
    .option('--token-file <file>', 'a file with the token of an admin; else $IM_ADMIN_TOKEN')
    .option('--ca <file>', 'the certificate that nodes are known by, or its authority; PEM');
}

/** An option that may be given more than once. */
export function more(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
