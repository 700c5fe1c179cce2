/** The files of a new plugin, made from the templates that this package carries. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Role } from '../core/contract/index.ts';

/** The package's folder: a checkout or an installed one; both hold the templates as sources. */
export function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve('im-kernel/package.json'));
}

/** By name within the plugin's folder. */
export async function pluginFiles(
  role: Role,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const folder of foldersOf(role)) {
    const entries = await readdir(folder);
    for (const entry of entries.filter((one) => one.endsWith('.ts'))) {
      const text = await readFile(join(folder, entry), 'utf8');
      files[entry.replace('plugin.test.ts', `${name}.test.ts`)] = rename(text, name);
    }
  }
  return { ...files, 'README.md': readme(role, name) };
}

/** A store is too much for a template: a new one begins as the plain one in memory. */
function foldersOf(role: Role): readonly string[] {
  const root = packageRoot();
  const template = join(root, 'cli', 'templates', role);
  return role === 'persistence'
    ? [join(root, 'plugins', 'persistence', 'memory'), template]
    : [template];
}

function rename(text: string, name: string): string {
  return text
    .replaceAll('my-plugin', name)
    .replaceAll('../../../plugins/persistence/memory/index.ts', './index.ts')
    .replaceAll("type: 'memory'", `type: '${name}'`)
    .replaceAll('use: memory', `use: ${name}`);
}

const ABOUT: Readonly<Record<Role, string>> = {
  transport: 'carries bytes between clients and the kernel',
  persistence: 'keeps the log and what stands beside it',
  answers: 'remembers recent answers outside of the node',
  ordering: 'says what readers sort messages by',
  registry: 'tells nodes, gateways and operators which nodes there are',
  failover: 'says which node should own what',
  authentication: 'says whom a token belongs to',
  guard: 'looks at every message before it is kept',
  consumer: 'is handed every entry after it is kept',
};

function readme(role: Role, name: string): string {
  return `# ${name}

A plugin for im-kernel in the role **${role}**: it ${ABOUT[role]}.

- \`index.ts\` describes it: its settings, its summary, what it makes. \`im explain ${role}\` reads it.
- \`${name}.test.ts\` runs the judge of its role: everything that the kernel relies on. Change the
  plugin as you like; while the judge is content, it can be used.

It imports nothing of im-kernel but \`im-kernel/contract\`, whose comments say who calls what, and when.
`;
}
