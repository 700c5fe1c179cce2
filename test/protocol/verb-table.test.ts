/** Routes, commands and help are those of the one table of verbs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputsOf } from '../../core/admin/verb-inputs.ts';
import { VERBS, type Part, type Verb, type VerbName } from '../../core/admin/verbs.ts';
import { LISTS } from '../../tui/model/screens.ts';
import { im } from '../unit/cli/rig.ts';
import { closeAdmins, openAdmin } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId?: string }>>>>;
}

/** Their commands have forms of their own, which more than one node can be asked through. */
const OWN: ReadonlySet<string> = new Set(['trace']);

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What stands between backticks. */
function named(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((it) => it[1] ?? '');
}

/** As `im help` writes it: with its lines put together. */
async function helpOf(words: readonly string[]): Promise<string> {
  const { code, out } = await im(['help', ...words]);
  assert.equal(code, 0, words.join(' '));
  return out.replaceAll(/\s+/g, ' ');
}

describe('the table of verbs', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('is what the routes are', async () => {
    const { owner } = await openAdmin(await openStage());
    const { paths } = JSON.parse(await owner.text('/v1/openapi.json')) as OpenApi;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => {
        return `${operationId} ${method.toUpperCase()} ${path}`;
      }),
    );
    const verbs = Object.entries(VERBS).map(([name, { method, path }]) => {
      return `${name.replaceAll(' ', '-')} ${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    });
    const rest = routes.filter((route) => !route.includes('/v1/stream'));
    assert.deepEqual(rest.toSorted(), verbs.toSorted());
  });

  it('is what the commands are, with every input, by the danger of each', async () => {
    const whole = await helpOf([]);
    for (const [name, verb] of Object.entries(VERBS) as [VerbName, Verb][]) {
      const words = name.split(' ');
      const help = await helpOf(words);
      assert.ok(help.startsWith(`Usage: im ${name} `), help);
      assert.ok(
        (words.length > 1 ? await helpOf(words.slice(0, 1)) : whole).includes(words.at(-1) ?? ''),
      );
      assert.match(help, / --json /, name);
      if (OWN.has(name)) continue;
      assert.ok(help.includes(verb.summary), `${name}: ${help}`);
      for (const input of inputsOf(verb)) {
        const isPlain = verb.plain.includes(input.name);
        assert.ok(help.includes(isPlain ? `<${input.name}>` : ` --${kebab(input.name)} `), help);
        assert.ok(help.includes(input.help), `${name}: ${input.help}`);
      }
      assert.equal(help.includes(' --watch '), verb.method === 'GET', name);
      assert.equal(help.includes(' --yes '), verb.danger >= 2, name);
      assert.equal(help.includes(' --allow-data-loss '), verb.danger === 4, name);
    }
  });

  it('sorts by every column that the terminal UI offers', () => {
    for (const [screen, { sorts }] of Object.entries(LISTS)) {
      for (const sort of sorts) {
        const read = VERBS[screen as VerbName].input.safeParse({ sort: `-${sort}` });
        assert.ok(read.success, `${screen} by ${sort}`);
      }
    }
  });

  it('is told of on the page, as far as it is for more than nodes', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
    const told =
      /and of the verbs ([^;]+); besides, a sequencer shows its (\S+) and a gateway the (\S+)\./;
    const [, all = '', sequencer, gateway] = told.exec(page) ?? [];
    const verbs = Object.entries(VERBS) as [string, Verb][];
    const of = (part: Part): string[] =>
      verbs.filter(([, { parts }]) => parts.includes(part)).map(([name]) => name);
    assert.deepEqual(of('sequencer').toSorted(), named(`${all}${sequencer}`).toSorted());
    assert.deepEqual(of('gateway').toSorted(), named(`${all}${gateway}`).toSorted());
    assert.equal(of('node').length, verbs.length);
  });

  it('takes no name that a command has for itself', () => {
    const taken = [
      'config',
      'data',
      'socket',
      'url',
      'tokenFile',
      'ca',
      'json',
      'watch',
      'yes',
      'allowDataLoss',
    ];
    for (const [name, verb] of Object.entries(VERBS) as [VerbName, Verb][]) {
      for (const input of inputsOf(verb)) assert.ok(!taken.includes(input.name), name);
      for (const plain of verb.plain) assert.ok(Object.hasOwn(verb.input.shape, plain), name);
    }
  });
});
