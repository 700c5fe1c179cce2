import assert from 'node:assert/strict';
import { file, load, problemsOf } from './rig.ts';

const TOKEN = 'tokenFile: ./t';

/** What is wrong with this block. */
async function wrong(block: string): Promise<string> {
  return (await problemsOf(file('', `admin: ${block}\n`))).join('\n');
}

describe('the block admin', () => {
  it('lists nobody by itself, and lets nobody act who is not said to', async () => {
    assert.deepEqual((await load(file('', ''))).admin.tokens, []);
    const { admin } = await load(file('', `admin: { tokens: [{ name: ops, ${TOKEN} }] }`));
    assert.equal(admin.tokens[0]?.may, 'read');
  });

  it('gives tokens to no other machine without TLS', async () => {
    const open = await wrong('{ listen: 0.0.0.0:7440 }');
    assert.match(open, /admin\.listen is reached by other machines, and needs admin\.tls/);
    assert.match(await wrong('{ listen: 10.0.0.1:7440 }'), /needs admin\.tls/);
    for (const near of ['127.0.0.1:7440', 'localhost:7440', '"[::1]:7440"']) {
      await load(file('', `admin: { listen: ${near} }`));
    }
    await load(file('', 'admin: { listen: 0.0.0.0:7440, tls: { cert: ./c, key: ./k } }'));
  });

  it('knows each admin by one name, which the record has for nobody else', async () => {
    const twice = `{ tokens: [{ name: ops, ${TOKEN} }, { name: ops, ${TOKEN} }] }`;
    assert.match(await wrong(twice), /admin\.tokens has two admins named ops/);
    for (const name of ['socket', 'store']) {
      const taken = await wrong(`{ tokens: [{ name: ${name}, ${TOKEN} }] }`);
      assert.match(taken, new RegExp(`admin\\.tokens has an admin named ${name}, as acts`));
    }
  });
});
