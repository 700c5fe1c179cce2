/** Programs that a stranger runs, with what they say. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  readonly code: number;
  readonly output: string;
}

const limitMs = 120_000;
const outputMaxBytes = 4_194_304;

/**
 * The surroundings without what this run of the tests has put there: npm and Node tell their
 * children where they were called.
 */
export function strangersEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_(package|lifecycle|command|config_local_prefix)|INIT_CWD$|NODE_|IM_)/;
  const entries = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return Object.fromEntries(entries);
}

/** Runs it to its end; `output` holds both streams. */
export function run(cwd: string, program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: strangersEnvironment(),
      timeout: limitMs,
      maxBuffer: outputMaxBytes,
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (!error) resolve({ code: 0, output });
      else if (typeof error.code === 'number') resolve({ code: error.code, output });
      else reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${output}`));
    });
  });
}

/** As `run`, and rejects with what it said unless it ends with 0. */
export async function must(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(cwd, program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}

export interface Running {
  readonly addresses: readonly string[];
  /** SIGTERM; resolves to the exit code, or the signal that ended it. */
  stop(): Promise<string>;
}

/** Starts a node; resolves when it says how to stop it. Rejects, with what it said, if it ends. */
export async function startNode(cwd: string, args: readonly string[]): Promise<Running> {
  const options = { cwd, env: strangersEnvironment(), timeout: limitMs };
  const child = spawn(process.execPath, args, { ...options, killSignal: 'SIGKILL' });
  const ready = Promise.withResolvers<void>();
  let output = '';
  const hear = (bytes: Buffer): void => {
    output += bytes.toString();
    if (output.includes('Ctrl-C stops the server')) ready.resolve();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = once(child, 'close').then(([code, signal]) => {
    const how = String(signal ?? code);
    ready.reject(new Error(`${args.join(' ')} ended with ${how}\n${output}`));
    return how;
  });
  await ready.promise;
  return {
    addresses: output.match(/\b(?:tcp|ws):\/\/\S+/g) ?? [],
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
