/** The file's text, bounded before it is read. */
import { open } from 'node:fs/promises';
import { ImError, reasonOf } from '../contract/index.ts';
import type { Problems } from './problem.ts';

/** More than any configuration that people write; what is larger is another file by mistake. */
export const FILE_MAX_BYTES = 1_048_576;

/**
 * Reads at most `maxBytes` + 1 octets of a file: one more than allowed shows that it is too long.
 */
export type ReadFile = (file: string, maxBytes: number) => Promise<Uint8Array>;

/**
 * @throws ImError IM_CONFIG_MISSING; reports a file too long or not UTF-8, and then answers
 * undefined.
 */
export async function readText(
  file: string,
  readFile: ReadFile,
  problems: Problems,
): Promise<string | undefined> {
  const bytes = await readFile(file, FILE_MAX_BYTES).catch((error: unknown) => {
    throw new ImError('IM_CONFIG_MISSING', { file, why: reasonOf(error) }, { cause: error });
  });
  const start = { line: 1, column: 1 };
  if (bytes.length > FILE_MAX_BYTES) {
    problems.add(start, '', 'is longer than 1MiB; this cannot be a configuration');
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    problems.add(start, '', 'is not UTF-8 text');
    return undefined;
  }
}

/** Reads the start of a file, whatever it is; a device without an end cannot fill the memory. */
export async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  await using handle = await open(file, 'r');
  const buffer = new Uint8Array(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
