import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playScene, readScene } from './play.ts';
import { ways } from './raw-connection.ts';

const folder = join(import.meta.dirname, 'plays');
const scenes = readdirSync(folder)
  .filter((name) => name.endsWith('.scene'))
  .toSorted()
  .map((name) => readScene(name, readFileSync(join(folder, name), 'utf8')));

describe('scenes, each on a real server', function () {
  this.timeout(60_000);
  const keyFolder = mkdtempSync(join(tmpdir(), 'im-scene-key-'));
  const tokens = { keyFile: join(keyFolder, 'auth.key'), of: new Map<string, Promise<string>>() };
  after(() => rmSync(keyFolder, { recursive: true, force: true }));

  for (const way of ways)
    describe(`over ${way}`, () => {
      for (const scene of scenes) it(scene.title, () => playScene(scene, way, tokens));
    });

  it('with a wrong expectation fail, and say where', async () => {
    const wrong = readScene(
      'wrong',
      'Wrong\nann connects\nann says "hi" to bob and is refused busy',
    );
    await assert.rejects(playScene(wrong, 'tcp', tokens), /^Error: wrong:3 ann says/);
  });

  it('with a line that nobody knows are refused', () => {
    assert.throws(
      () => readScene('odd', 'Odd\nann sings'),
      /odd:2 nobody knows how to play: ann sings/,
    );
  });
});
