/** The live fuzzer must notice what it looks for: here the server has it, by a guard of ours. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame } from '../../../core/wire/frame-buffer.ts';
import { Arena, type Problem } from './arena.ts';
import { Peer } from './peer.ts';
import { fuzzLive, inTurn } from './run.ts';
import { scriptOf } from './script.ts';

const SEED = 1;
const contract = join(import.meta.dirname, '..', '..', '..', 'core', 'contract', 'index.ts');

/** Once, for long: it counts its own time, however busy the machine is. */
const STANDS_STILL = `
  if (globalThis.stood) return { is: 'allow' };
  globalThis.stood = true;
  const spentUs = () => process.cpuUsage().user + process.cpuUsage().system;
  for (const at = spentUs(); spentUs() < at + 900_000;);`;

/** What the guard does when it sees a picture: one message in some tens. */
const PLANTS: Readonly<Record<string, { does: string; kind: Problem['kind']; scripts: number }>> = {
  'ends by an exception': {
    does: "setImmediate(() => { throw new Error('planted'); });",
    kind: 'ended',
    scripts: 200,
  },
  'stands still': {
    does: STANDS_STILL,
    kind: 'stall',
    scripts: 40,
  },
  'forgets nothing': {
    does: 'globalThis.kept = [globalThis.kept, Buffer.alloc(20_000_000, 1)];',
    kind: 'memory',
    scripts: 400,
  },
  'logs an error': { does: "host.log.error('planted');", kind: 'log', scripts: 200 },
  'holds everybody up': {
    does: 'return new Promise(() => {});',
    kind: 'friends',
    scripts: 40,
  },
};

function guard(does: string): string {
  return `
import { definePlugin } from '${contract}';
export default definePlugin({
  contract: 1, role: 'guard', type: 'planted', summary: 'It does wrong.',
  stability: 'experimental', config: {},
  create: (config, host) => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    look: (message) => {
      if (message.mediaType === 'image/png') { ${does} }
      return { is: 'allow' };
    },
  }),
});
`;
}

describe('the live fuzzer', function () {
  this.timeout(120_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'im-planted-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function planted(does: string) {
    const file = join(folder, 'guard.ts');
    writeFileSync(file, guard(does));
    return { guards: { planted: { use: file, timeLimit: '6s', onFailure: 'allow' } } };
  }

  async function problemsOf(does: string, scripts: number): Promise<readonly Problem[]> {
    const arena = new Arena(SEED, planted(does));
    try {
      await arena.begin();
      return (await arena.play(inTurn([...Array(scripts).keys()]))).problems;
    } finally {
      await arena.clear();
    }
  }

  for (const [what, { does, kind, scripts }] of Object.entries(PLANTS))
    it(`notices a server that ${what}`, async () => {
      const problems = await problemsOf(does, scripts);
      assert.ok(
        problems.some((one) => one.kind === kind),
        JSON.stringify(problems),
      );
    });

  it('says which script ends the server, and it does so again', async () => {
    const { does } = PLANTS['ends by an exception']!;
    const asked = { seed: SEED, seconds: 60, differences: planted(does), say: () => {} };
    const { found } = await fuzzLive(asked);
    assert.equal(found?.culprits.length, 1, JSON.stringify(found));
    const { found: again } = await fuzzLive({ ...asked, at: found.culprits[0]! });
    assert.deepEqual(again?.culprits, found.culprits);
  });

  it('makes the same script of the same number', () => {
    assert.deepEqual(scriptOf(SEED, 7), scriptOf(SEED, 7));
    assert.notDeepEqual(scriptOf(SEED, 7), scriptOf(SEED, 8));
    assert.notDeepEqual(scriptOf(SEED, 7), scriptOf(SEED + 1, 7));
  });

  for (const [what, words, problem] of [
    ['no frames', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /no client can read/],
    ['an internal error', encodeFrame({ type: 'error', code: 'internal' }), /internal/],
  ] as const)
    it(`notices a server that says ${what}`, async () => {
      const server = createServer((socket) => void socket.end(words).on('error', () => {}));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const peer = new Peer([`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`]);
      await peer.play({ is: 'open', way: 'tcp' });
      await peer.play({ is: 'listen' });
      assert.match(peer.leave() ?? 'nothing', problem);
      server.close();
    });
});
