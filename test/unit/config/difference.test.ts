import assert from 'node:assert/strict';
import { BLOCKS } from '../../../core/config/blocks.ts';
import { difference } from '../../../core/config/difference.ts';
import type { Settings } from '../../../core/config/settings.ts';
import { misfits, taken } from '../../../core/config/taken.ts';
import { namesFiles, takingOf } from '../../../core/config/taking.ts';
import { optional, path } from '../../../core/contract/index.ts';
import { load } from './rig.ts';

const HEAD = 'node: { name: n, data: d }\n';

function read(rest: string): Promise<Settings> {
  return load(HEAD + rest);
}

const PLAIN = 'transports: { a: { use: door } }\n';

async function between(before: string, after: string) {
  const [old, young] = [await read(before), await read(after)];
  return { old, young, changes: difference(old, young) };
}

describe('the difference of two files', () => {
  it('is nothing between files that say the same in other words', async () => {
    const same = 'transports:\n  a:\n    use: door\n    port: 1\nlimits: { bodyMax: 60000B }\n';
    assert.deepEqual((await between(PLAIN, same)).changes, []);
  });

  it('says what was and what is, where that stands, and when it holds', async () => {
    const after = `${PLAIN}log: { level: warn }\nlimits:\n  bodyMax: 1KiB\n  window: 32\n  lanes: 2\n`;
    const { changes } = await between(PLAIN, after);
    assert.deepEqual(changes, [
      change('log.level', 'info', 'warn', '/etc/im/im.config.yaml:3:8', 'now'),
      change('limits.bodyMax', '60000B', '1KiB', '/etc/im/im.config.yaml:5:3', 'now'),
      change('limits.window', '64', '32', '/etc/im/im.config.yaml:6:3', 'arrivals'),
      change('limits.lanes', '1', '2', '/etc/im/im.config.yaml:7:3', 'restart'),
    ]);
  });

  it('has no place for what fell back to its default', async () => {
    const { changes } = await between(`${PLAIN}log: { level: warn }\n`, PLAIN);
    assert.deepEqual(changes, [change('log.level', 'warn', 'info', undefined, 'now')]);
  });

  it('takes of a transport what it marked, and nothing else', async () => {
    const after = 'transports: { a: { use: door, port: 2, paint: blue } }\n';
    const { changes, old, young } = await between(PLAIN, after);
    assert.deepEqual(
      changes.map(({ path, how }) => [path, how]),
      [
        ['transports.a.port', 'restart'],
        ['transports.a.paint', 'live'],
      ],
    );
    assert.deepEqual(taken(old, young).transports[0]?.config, { port: 1, paint: 'blue' });
  });

  it('never shows a secret, but says that it changed', async () => {
    const guard = `${PLAIN}guards: { g: { use: list, pass: older } }\n`;
    const { changes } = await between(guard, guard.replace('older', 'newer'));
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.path, 'guards.g.pass');
    assert.doesNotMatch(JSON.stringify(changes), /older|newer/);
  });

  it('names a guard that came or went as a whole, and their sequence', async () => {
    const guards = (inner: string): string => `${PLAIN}guards: { ${inner} }\n`;
    const one = guards('g: { use: list }');
    const came = (await between(PLAIN, one)).changes;
    assert.deepEqual([came[0]?.path, came[0]?.how, came.length], ['guards.g', 'live', 1]);
    assert.equal(came[0]?.before, undefined);
    const went = (await between(one, PLAIN)).changes;
    assert.deepEqual([went[0]?.path, went[0]?.after, went.length], ['guards.g', undefined, 1]);
    const turned = await between(
      guards('g: { use: list }, h: { use: list }'),
      guards('h: { use: list }, g: { use: list }'),
    );
    assert.deepEqual(
      turned.changes.map(({ path, before, after }) => ({ path, before, after })),
      [{ path: 'guards', before: '["g","h"]', after: '["h","g"]' }],
    );
  });

  it('calls a transport that came, and a block that came, a matter of a restart', async () => {
    const more =
      'transports: { a: { use: door }, b: { use: door } }\ngateway: { listen: 1.1.1.1:1 }\n';
    const { changes, old, young } = await between(PLAIN, more);
    assert.deepEqual(
      changes.map(({ path, how }) => [path, how]),
      [
        ['gateway', 'restart'],
        ['transports.b', 'restart'],
      ],
    );
    const running = taken(old, young);
    assert.equal(running.gateway, undefined);
    assert.equal(running.transports.length, 1);
  });
});

function admin(inner: string): string {
  return `${PLAIN}admin: { listen: 127.0.0.1:1${inner} }\n`;
}

function certified(name: string): string {
  return admin(`, tls: { cert: ${name}.pem, key: k.pem }`);
}

describe('the certificate of admins', () => {
  it('may be another one; that there is one at all waits for a restart', async () => {
    const { changes, old, young } = await between(certified('a'), certified('b'));
    assert.deepEqual(
      changes.map(({ path, how }) => [path, how]),
      [['admin.tls.cert', 'live']],
    );
    assert.deepEqual(taken(old, young).admin.tls, young.admin.tls);
    for (const [before, after] of [
      [admin(''), certified('a')],
      [certified('a'), admin('')],
    ] as const) {
      const other = await between(before, after);
      assert.deepEqual(
        other.changes.map(({ path, how }) => [path, how]),
        [['admin.tls', 'restart']],
      );
      assert.deepEqual(taken(other.old, other.young).admin.tls, other.old.admin.tls);
    }
  });
});

describe('what a node takes of another file', () => {
  it('leaves exactly what needs a restart', async () => {
    const after = `${PLAIN}log: { level: warn }\nlimits: { bodyMax: 1KiB, lanes: 2 }\nchat: { friendsOnly: true }\nguards: { g: { use: list } }\n`;
    const { old, young, changes } = await between(PLAIN, after);
    const running = taken(old, young);
    const left = difference(running, young).map(({ path }) => path);
    assert.deepEqual(left, ['chat.friendsOnly', 'limits.lanes']);
    assert.deepEqual(
      left,
      changes.filter(({ how }) => how === 'restart').map(({ path }) => path),
    );
    assert.deepEqual(misfits(running), []);
  });

  it('is told apart when it does not fit what needs a restart', async () => {
    const more = `${PLAIN}limits: { maxFrame: 1MiB, bodyMax: 512KiB }\n`;
    const { old, young } = await between(PLAIN, more);
    assert.match(
      misfits(taken(old, young)).join(),
      /limits\.bodyMax 512KiB \+ 4KiB must not exceed limits\.maxFrame \(64KiB\)/,
    );
  });
});

describe('the table of what is taken up', () => {
  it('has every setting of the kernel, and no other', () => {
    for (const [block, { fields = {} }] of Object.entries(BLOCKS)) {
      for (const key of Object.keys(fields)) {
        assert.ok(takingOf(block, key), `${block}.${key} is in the table`);
      }
      assert.equal(takingOf(block, 'nonsense'), undefined);
    }
  });

  it('finds files in groups, and only those that are named', () => {
    const fields = { file: optional(path({ help: 'A file.' })) };
    assert.equal(namesFiles(fields, { file: undefined }), false);
    assert.equal(namesFiles(fields, { file: '/x' }), true);
  });
});

type Way = 'now' | 'arrivals' | 'restart';

function change(path: string, before: unknown, after: unknown, where: unknown, taking: Way) {
  return { path, before, after, where, how: taking === 'restart' ? 'restart' : 'live', taking };
}
