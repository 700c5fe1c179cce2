/** Plays a pair of `examples/` by the very commands of its page, on ports that are free. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import { commandsOn, freePorts, Typed } from './typed.ts';

const root = join(import.meta.dirname, '..', '..');
export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');
const PORT = /(?<=127\.0\.0\.1:)\d+/g;
const PORTS_OF_A_NODE = 4;

/** The commands of the page, in its sequence. */
interface Lines {
  readonly a: string;
  readonly b: string;
  readonly alice: string;
  readonly bob: string;
  readonly status: string;
  readonly switchover: string;
  readonly top: string;
}

export function linesOf(example: string): Lines {
  const lines = commandsOn(readPage(`examples/${example}/README.md`));
  const [a = '', b = '', alice = '', bob = '', status = '', ...rest] = lines;
  const [switchover = '', top = ''] = rest;
  assert.equal(lines.length, 7, lines.join('\n'));
  return { a, b, alice, bob, status, switchover, top };
}

export async function freshCopy(example: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `im-${example}-`));
  const from = join(root, 'examples', example);
  const ports = [...(await freePorts(2 * PORTS_OF_A_NODE))];
  cpSync(from, join(folder, 'examples', example), { recursive: true, filter: isOfTheExample });
  for (const name of ['a.yaml', 'b.yaml']) {
    const file = join(folder, 'examples', example, name);
    const text = readFileSync(file, 'utf8').replace(PORT, () => String(ports.pop()));
    writeFileSync(file, text);
  }
  return folder;
}

/** Not what somebody who tried it has left there. */
function isOfTheExample(path: string): boolean {
  return !/\/(?:data-.|shared|cluster\.key)$/.test(path);
}

export async function play(
  folder: string,
  lines: Lines,
  env: Record<string, string>,
): Promise<void> {
  const typed: Typed[] = [];
  const type = (line: string): Typed => {
    const one = new Typed(line, folder, env);
    typed.push(one);
    return one;
  };
  const start = async (line: string): Promise<Typed> => {
    const one = type(line);
    await one.prints('Ctrl-C stops the server');
    return one;
  };
  const ask = async (line: string): Promise<string> => {
    const one = type(line);
    assert.equal(await one.end(), '0', one.err);
    return one.out;
  };
  try {
    const a = await start(lines.a);
    const b = await start(lines.b);
    const [bob, alice] = [type(lines.bob), type(lines.alice)];
    alice.write('one');
    await bob.prints('alice: one');
    assert.match(await ask(lines.status), /epoch 1 .* active im-a\n/);

    await a.signal('SIGKILL');
    alice.write('two');
    await bob.prints('alice: two');
    bob.write('three');
    await alice.prints('bob: three');
    for (const { err } of [alice, bob]) {
      assert.match(err, /^im chat: -- now on im-b, \d+\.\d s without a server --\n$/);
    }

    const again = await start(lines.a);
    assert.match(await ask(lines.switchover), /^im-a owns the shards, epoch 3\n$/);
    for (const one of [alice, bob]) {
      await until(() => one.err.includes('now on im-a'), 'a chat on im-a', 20_000);
    }
    assert.match(await ask(lines.top), /★ im-a e3/);
    alice.write('four');
    await bob.prints('alice: four');
    assert.deepEqual(bob.out.match(/alice: .*/g), ['alice: one', 'alice: two', 'alice: four']);
    for (const one of [alice, bob]) assert.equal(await one.end(), '0', one.err);
    for (const one of [again, b]) assert.equal(await one.signal('SIGTERM'), '0', one.err);
  } finally {
    for (const one of typed) await one.signal('SIGKILL');
  }
}
