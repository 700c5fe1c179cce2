import assert from 'node:assert/strict';
import { importsOf, mentionsOf } from './imports.ts';
import { files, readText, sources } from './tree.ts';

/** Used by another tool, which names it nowhere in our files. */
const implied = new Set(['oxlint-tsgolint']);

/** What is started by name, and so need not be imported. */
const entries =
  /\.(test|rig)\.ts$|^bin\/im\.js$|\/main\.ts$|^test\/(run|reporter)\.ts$|^cli\/generate\.ts$|^(plugins|examples|cli\/templates)\/.*\/index\.ts$|^examples\//;

const manifest = JSON.parse(readText('package.json')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const mentions = [
  { path: 'package.json', patterns: mentionsOf(readText('package.json')) },
  ...sources.map(({ path, uncommented }) => ({ path, patterns: mentionsOf(uncommented) })),
];

function mentioned(path: string): boolean {
  return mentions.some(
    (by) => by.path !== path && by.patterns.some((pattern) => pattern.test(path)),
  );
}

function finds(code: string, path: string): boolean {
  return mentionsOf(code).some((pattern) => pattern.test(path));
}

describe('files', () => {
  it('are all reached: imported, mentioned by path, exported or an entry', () => {
    const imported = new Set(sources.flatMap(importsOf).map(({ target }) => target));
    const dead = sources
      .map(({ path }) => path)
      .filter((path) => !entries.test(path) && !imported.has(path))
      .filter((path) => !mentioned(path));
    assert.deepEqual(dead, [], 'import it or remove it');
  });

  it('are found by the paths that code writes, and by those only', () => {
    assert.ok(finds('new URL(`./horse${extension(url)}`)', 'a/horse.ts'));
    assert.ok(finds("join(here, 'zebra.ts')", 'b/zebra.ts'));
    assert.ok(finds('import(`./c/${name}-mule.ts`)', 'b/c/im-mule.ts'));
    assert.ok(!finds('`${folder}/${name}.ts`', 'b/zebra.ts'));
    assert.ok(!finds("say('zebra')", 'b/zebra.ts'));
  });

  it('have names in kebab case', () => {
    const roots = 'README|CONTRIBUTING|CHANGELOG|RELIABILITY|LICENSE';
    const known = new RegExp(`^(\\.?[a-z0-9]+([-.][a-z0-9]+)*|(${roots})(\\.md)?)$`);
    const wrong = files.filter((path) => path.split('/').some((name) => !known.test(name)));
    assert.deepEqual(wrong, [], 'rename it');
  });

  it('of the package pin every dependency to one version', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    const loose = Object.entries(all).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    assert.deepEqual(loose, [], 'write the exact version');
  });

  it('of the package have no dependency that nothing uses', () => {
    const everything = files
      .filter(
        (path) => /\.(ts|js|json|yaml)$|^\.ci\/run$/.test(path) && path !== 'package-lock.json',
      )
      .filter((path) => path !== 'package.json')
      .map(readText)
      .join('\n');
    const scripts = readText('package.json');
    const unused = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter((name) => !name.startsWith('@types/') && !implied.has(name))
      .filter((name) => !everything.includes(name) && scripts.split(name).length < 3);
    assert.deepEqual(unused, [], 'use it or remove it');
  });
});
