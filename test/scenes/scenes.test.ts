import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playScene, readScene } from './play.ts';
import { ways, type Way } from './raw-connection.ts';

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

  for (const scene of scenes)
    describe(scene.title, () => {
      const plays = new Map<Way, Promise<void>>();
      // All at once, as most of the time goes into waiting for processes to start.
      before(async () => {
        for (const way of ways) plays.set(way, playScene(scene, way, tokens));
        await Promise.allSettled(plays.values());
      });
      for (const way of ways) it(`over ${way}`, () => plays.get(way));
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
