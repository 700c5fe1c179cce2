/** docs/configuration.md: everything that the file may hold, written from the fields themselves. */
import { ROLES, type AnyPlugin, type Field, type Role } from '../contract/index.ts';
import { BLOCKS, DEFAULT_USE, keyOf, type NamedRole, type SingleRole } from './blocks.ts';
import type { Described } from './describe.ts';
import { describeBlock, describePlugin, ORDERING_PER_KIND } from './explain.ts';
import { sample } from './sample.ts';

export function referencePage(plugins: readonly AnyPlugin[]): string {
  const roles = ROLES.toReversed().map((role) =>
    roleSection(
      role,
      plugins.filter((one) => one.role === role),
    ),
  );
  const [node = '', ...others] = Object.entries(BLOCKS).map(([key, block]) =>
    blockSection(key, block),
  );
  return [OPENING, node, ...roles, ...others].join('\n');
}

const OPENING = `# Configuration

One YAML file, \`im.config.yaml\`, names every part of a node. This page is written from the settings
themselves: \`im explain --markdown\` prints it, \`im explain ROLE TYPE\` a part of it. \`im check\`
reads a file and prints all of its problems, each as \`file:line:column path message\`, and exits
with 0 or 7.

## How it is written

- Every block but \`node\` and \`transports\` may be absent; every setting with a default, too.
- \`use:\` names a part: one of our plugins by its name, a path that begins with \`./\` or \`../\` (a
  \`.ts\` or \`.js\` file, or a folder with an \`index\`), or an installed package.
- Durations have a unit: \`250ms\`, \`10s\`, \`5m\`, \`1h\`, \`7d\`. Sizes too: \`512B\`, \`64KiB\`,
  \`1MiB\`, \`2GiB\`.
- A relative path is taken from the folder of the file.
- \`\${NAME}\` is an environment variable, which must be set; \`\${NAME:-default}\` has a default for
  when it is unset or empty; \`$\${\` stands for \`\${\` itself. A value that is one variable and
  nothing else, without quotes, keeps its type. Inside \`{ }\` and \`[ ]\` a value that holds \`\${\`
  needs quotes.
- \`im reload\` lets a running node take up what is \`live\` in the tables below; what is live for new
  connections leaves those that are here as they are; what needs a restart waits for one.
- A key is written once. Tags and merge keys mean nothing here and are refused; so are more than 50
  aliases and files above 1 MiB.
`;

const ABOUT: Readonly<Record<NamedRole, string>> = {
  transport: 'At least one, each under a name of its own.',
  guard:
    'Any number, each under a name of its own; they look at messages in the sequence of the file.',
  consumer: 'Any number, each under a name of its own, which its cursor in the store bears, too.',
};

function roleSection(role: Role, plugins: readonly AnyPlugin[]): string {
  const about = ABOUT[role as NamedRole] ?? aboutSingle(role as SingleRole);
  return [`## ${keyOf(role)}\n`, `${about}\n`, ...plugins.map(pluginSection)].join('\n');
}

function aboutSingle(role: SingleRole): string {
  const use = DEFAULT_USE[role];
  if (use === undefined) return 'One, or none when nothing is said.';
  const one = `One. When nothing is said: \`${use}\`.`;
  return role === 'ordering' ? `${one}\n${ORDERING_PER_KIND}` : one;
}

function pluginSection(plugin: AnyPlugin): string {
  const { type, stability, summary } = plugin;
  const head = `### ${plugin.role} \`${type}\`\n\n${summary} (${stability})\n`;
  return [head, rows(describePlugin(plugin)), `\`\`\`yaml\n${sample(plugin)}\n\`\`\`\n`].join('\n');
}

function blockSection(key: string, block: Field<unknown>): string {
  return `## ${key}\n\n${block.help}\n\n${rows(describeBlock(key, block))}`;
}

function rows(settings: readonly Described[]): string {
  if (settings.length === 0) return 'It has no settings.\n';
  const cells = settings.map(
    ({ name, help, form, fallback, reload }) =>
      `| \`${name}\` | ${cell(help)} | ${cell(form)} | ${cell(fallback)} | ${reload} |`,
  );
  const head = [
    '| setting | what it is | what may be written | default | `im reload` |',
    '|---|---|---|---|---|',
  ];
  return [...head, ...cells, ''].join('\n');
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
