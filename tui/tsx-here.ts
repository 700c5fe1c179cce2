/** Lets Node load `.tsx` in a checkout: it strips types, but knows no JSX. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

/** Nobody else's files: a plugin in `.tsx` is as unknown here as anywhere. */
const OURS = new URL('.', import.meta.url).href;

registerHooks({
  load(url, context, next) {
    if (!url.startsWith(OURS) || !url.endsWith('.tsx')) return next(url, context);
    const file = fileURLToPath(url);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      loader: 'tsx',
      jsx: 'automatic',
      format: 'esm',
      sourcefile: file,
      sourcemap: 'inline',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
