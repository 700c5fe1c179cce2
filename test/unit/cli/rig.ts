/** Runs `im` inside this process, with what it says kept apart. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../../cli/im.ts';
import type { Io } from '../../../cli/io.ts';
import type { Environment } from '../../../core/config/interpolate.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `more`: what a terminal has besides. */
export async function im(
  argv: readonly string[],
  env: Environment = {},
  more: Partial<Io> = {},
): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    bold: (text) => text,
    env,
    ...more,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Calls `body` with an empty folder that is gone afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'im-cli-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function configIn(folder: string, text: string): Promise<string> {
  const file = join(folder, 'im.config.yaml');
  await writeFile(file, text);
  return file;
}

export const SMALL = `node: { name: im-1, data: ./data }
transports: { tcp: { use: tcp-tlv, listen: 127.0.0.1:0 } }
`;
