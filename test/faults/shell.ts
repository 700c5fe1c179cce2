/** Programs of the system that rigs need. */
import { spawnSync } from 'node:child_process';

/** Runs it to its end; returns what it printed. Throws if it fails. */
export function sh(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** The first of these that is missing, in words; undefined: none. */
export function missingProgram(...programs: readonly string[]): string | undefined {
  const missing = programs.find((program) => !has(program));
  return missing && `${missing} is not installed`;
}

export function missingRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'it takes root';
}
