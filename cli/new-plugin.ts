/** `im new plugin ROLE NAME`: a small plugin that works, with the test that judges it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isNamed, keyOf } from '../core/config/blocks.ts';
import { nearest } from '../core/config/nearest.ts';
import { ROLES, type Role } from '../core/contract/index.ts';
import { EXIT, type Io } from './io.ts';
import { howToTest, manifestFor } from './plugin-surroundings.ts';
import { pluginFiles } from './plugin-files.ts';
import { report } from './report.ts';

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** What its block must say besides `use`. */
const SETTINGS: Readonly<Partial<Record<Role, string>>> = {
  transport: 'listen: 127.0.0.1:7410',
  authentication: 'secret: ${IM_SECRET}',
};

export async function newPlugin(
  role: string,
  name: string,
  options: { config: string; dir: string },
  io: Io,
): Promise<number> {
  const known = ROLES.find((one) => one === role);
  if (known === undefined) {
    const near = nearest(role, ROLES);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    io.err(`no role is called "${role}".${meant} Known: ${ROLES.join(', ')}`);
    return EXIT.usage;
  }
  if (!NAME.test(name)) {
    io.err(`"${name}" is no plugin name: a small letter, then small letters, digits and -`);
    return EXIT.usage;
  }
  const folder = resolve(options.dir, name);
  try {
    return await write(known, name, folder, options.config, io);
  } catch (error) {
    return report(error, io);
  }
}

async function write(
  role: Role,
  name: string,
  folder: string,
  config: string,
  io: Io,
): Promise<number> {
  const files = { ...(await pluginFiles(role, name)), ...(await manifestFor(folder)) };
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    io.err(`${folder} is there already; choose another name, or --dir`);
    return EXIT.usage;
  }
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(folder, file), text);
    io.out(`wrote ${relative('', join(folder, file))}`);
  }
  io.out(`\n${await howToTest(folder, `${name}.test.ts`)}`);
  io.out(`\nUse it in ${config}:\n\n${yaml(role, name, folder, config)}`);
  return EXIT.ok;
}

function yaml(role: Role, name: string, folder: string, config: string): string {
  const path = relative(dirname(resolve(config)), folder)
    .split(sep)
    .join('/');
  const use = `use: ${path.startsWith('../') ? path : `./${path}`}`;
  const lines = [use, ...(SETTINGS[role] === undefined ? [] : [SETTINGS[role]])];
  const named = isNamed(role) ? [`  ${name.slice(0, 32)}:`] : [];
  const head = [`${keyOf(role)}:`, ...named];
  const indent = isNamed(role) ? '    ' : '  ';
  return [...head, ...lines.map((line) => indent + line)].join('\n');
}
