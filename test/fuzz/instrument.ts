/** The judge and the decoders it judges, loaded a second time with counters in the decoders. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { build, transform, type Plugin } from 'esbuild';
import { Coverage, type FileCounters } from './coverage.ts';

/** A fault put into a copy of the decoders: in that file of `core/wire`, a text for another. */
export interface Plant {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export interface Instrumented extends Pick<typeof import('./judge.ts'), 'runOnce' | 'problemOf'> {
  readonly coverage: Coverage;
}

interface Instrumenter {
  instrumentSync(code: string, file: string): string;
}

type Variables = Record<string, unknown>;

const require = createRequire(import.meta.url);
const istanbul = require('istanbul-lib-instrument') as {
  createInstrumenter(settings: Variables): Instrumenter;
};

/** Instrumented code finds its counters in this variable, a parameter of the bundle. */
const SCOPE = 'scope';
const COUNTERS = 'counters';
const WIRE = /[\\/]core[\\/]wire[\\/][\w-]+\.ts$/;
/** What only writes is no part of what is searched. */
const WRITER = /^(byte-sink|frame-buffer|json-write|write-\w+)\.ts$/;

const instrumenter = istanbul.createInstrumenter({
  coverageVariable: COUNTERS,
  coverageGlobalScope: SCOPE,
  coverageGlobalScopeFunc: false,
  esModules: true,
});

function planted(text: string, plant: Plant): string {
  if (text.split(plant.find).length !== 2) {
    throw new Error(`${plant.file} does not hold once: ${plant.find}`);
  }
  return text.replace(plant.find, () => plant.put);
}

function instrumenting(plant: Plant | undefined): Plugin {
  return {
    name: 'instrument',
    setup(setup) {
      setup.onLoad({ filter: WIRE }, async ({ path }) => {
        if (WRITER.test(basename(path))) return undefined;
        const written = await readFile(path, 'utf8');
        const text = basename(path) === plant?.file ? planted(written, plant) : written;
        const { code } = await transform(text, { loader: 'ts', target: 'esnext' });
        return { contents: instrumenter.instrumentSync(code, path), loader: 'js' };
      });
    },
  };
}

/** Each call loads its own copy, with its own counters. */
export async function loadInstrumented(plant?: Plant): Promise<Instrumented> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'judge.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'esnext',
    plugins: [instrumenting(plant)],
  });
  const module = { exports: {} as Omit<Instrumented, 'coverage'> };
  const scope: Record<string, Record<string, FileCounters>> = {};
  const code = bundle.outputFiles[0]!.text;
  compileFunction(code, ['require', 'module', SCOPE])(require, module, scope);
  const coverage = new Coverage(Object.values(scope[COUNTERS]!));
  return { ...module.exports, coverage };
}
