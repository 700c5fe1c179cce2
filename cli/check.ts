/** `im check`: every problem of the configuration, or what the node would be. */
import { redact } from '../core/config/redact.ts';
import { instancesOf, type Settings } from '../core/config/settings.ts';
import { printDuration } from '../core/config/units.ts';
import { EXIT, type Io } from './io.ts';
import { load } from './plugins.ts';
import { report } from './report.ts';

export async function check(
  options: { config: string; sequencer?: boolean; gateway?: boolean },
  io: Io,
): Promise<number> {
  try {
    const settings = await load(
      options.config,
      io,
      options.sequencer === true || options.gateway === true,
    );
    io.out(`${options.config}: OK`);
    io.out(summary(settings));
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

function summary(settings: Settings): string {
  const rows = instancesOf(settings).map((instance) => {
    const { name, role, type } = instance;
    const what = name.split('.')[0] === role ? name : `${role} ${name}`;
    return [what, `${type} ${setBy(settings, name)}`] as const;
  });
  const { keepBodies } = settings.chat;
  const kept = keepBodies === undefined ? 'for ever' : `for ${printDuration(keepBodies)}`;
  const all = [
    ['node', `${settings.node.name} data ${settings.node.data}`] as const,
    ...rows,
    ['chat', `bodies kept ${kept}`] as const,
  ];
  const width = Math.max(...all.map(([what]) => what.length));
  return all.map(([what, text]) => `  ${what.padEnd(width)}  ${text.trimEnd()}`).join('\n');
}

/** Addresses and files: what an operator looks for first. */
function setBy(settings: Settings, name: string): string {
  const { config, plugin } = redact(settings).instances[name] ?? { config: {}, plugin: undefined };
  return Object.entries(config)
    .filter(([key, value]) => {
      const kind = plugin?.config[key]?.kind;
      return (kind === 'address' || kind === 'path') && value !== undefined;
    })
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}
