/** What a program says on standard output when it has started. */
import type { Settings } from '../config/settings.ts';
import type { Part } from '../admin/verbs.ts';
import type { Program } from './program.ts';

/** A line for each address, which a supervisor may wait for; of a node what to type next, too. */
export function startText(
  { file, cluster, node }: Settings,
  { addresses, gateways }: Pick<Program, 'addresses' | 'gateways'>,
  part: Part,
): string {
  const config = file === 'im.config.yaml' ? '' : ` --config ${file}`;
  const others = cluster === undefined ? '' : ' (with --config of each other node, too)';
  const hint = [
    `in two more terminals, type${others}:`,
    `  npx im chat${config} --as alice --to bob`,
    `  npx im chat${config} --as bob --to alice`,
    'and in one more, to see it all:',
    `  npx im top${config}`,
    'Ctrl-C stops the server',
  ];
  const lines = [
    ...[...addresses, ...gateways].map((address) => `listening ${address}`),
    `data folder ${node.data}`,
    ...(part === 'node' ? hint : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
