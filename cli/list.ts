/** `im list`: the plugins that `use:` may name. */
import { ROLES, type Role } from '../core/contract/index.ts';
import { EXIT, type Io } from './io.ts';
import { allPlugins } from './plugins.ts';
import { report } from './report.ts';
import { table } from './table.ts';

export async function list(options: { config: string }, io: Io): Promise<number> {
  try {
    const plugins = await allPlugins(options.config, io);
    const sorted = plugins.toSorted((a, b) => rank(a.role) - rank(b.role));
    const rows = sorted.map((one) => [one.role, one.type, one.stability, one.summary]);
    io.out(table(['role', 'type', 'stability', 'summary'], rows, io));
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

function rank(role: Role): number {
  return ROLES.indexOf(role);
}
