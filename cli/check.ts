/** `im check`: every problem of the configuration, or what the node would be. */
import { CLUSTER, GATEWAY, NODE } from '../core/config/blocks.ts';
import type { Config } from '../core/config/read-fields.ts';
import { redact } from '../core/config/redact.ts';
import { instancesOf, type Settings } from '../core/config/settings.ts';
import { printDuration } from '../core/config/units.ts';
import type { Fields } from '../core/contract/index.ts';
import { EXIT, type Io } from './io.ts';
import { load } from './plugins.ts';
import { report } from './report.ts';

export async function check(
  options: { config: string; sequencer?: boolean; gateway?: boolean },
  io: Io,
): Promise<number> {
  const alone = options.gateway === true ? 'gateway' : 'node';
  const part = options.sequencer === true ? 'sequencer' : alone;
  try {
    const settings = await load(options.config, io, part !== 'node');
    const { mustFit } = await import('../core/main.ts');
    mustFit(settings, part);
    io.out(`${options.config}: OK`);
    io.out(summary(settings));
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

function summary(settings: Settings): string {
  const { blocks, instances } = redact(settings);
  const { cluster, gateway } = blocks;
  const { keepBodies } = settings.chat;
  const kept = keepBodies === undefined ? 'for ever' : `for ${printDuration(keepBodies)}`;
  const rows = instancesOf(settings).map(({ name, role, type }) => {
    const { config = {}, plugin } = instances[name] ?? {};
    const what = name.split('.')[0] === role ? name : `${role} ${name}`;
    return [what, `${type} ${setBy(plugin?.config ?? {}, config)}`] as const;
  });
  const all = [
    ['node', `${settings.node.name} ${setBy(NODE, blocks['node'] ?? {})}`] as const,
    ...(cluster
      ? [['cluster', `${String(cluster['name'])} ${setBy(CLUSTER, cluster)}`] as const]
      : []),
    ...(gateway ? [['gateway', setBy(GATEWAY, gateway)] as const] : []),
    ...rows,
    ['chat', `bodies kept ${kept}`] as const,
  ];
  const width = Math.max(...all.map(([what]) => what.length));
  return all.map(([what, text]) => `  ${what.padEnd(width)}  ${text.trimEnd()}`).join('\n');
}

/** Addresses and files: what an operator looks for first. */
function setBy(fields: Fields, shown: Config): string {
  const texts = Object.entries(fields).map(([key, { kind, fields: inner }]) => {
    const value = shown[key];
    if (inner && value !== undefined) return setBy(inner, value as Config);
    const isShown = (kind === 'address' || kind === 'path') && typeof value === 'string';
    return isShown ? `${key} ${value}` : '';
  });
  return texts.filter((text) => text !== '').join(', ');
}
