/** A judge is worth what it finds: plugins that break the contract are put before it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

interface Report {
  readonly failures: readonly { readonly fullTitle: string }[];
  readonly passes: readonly { readonly fullTitle: string }[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What each bad plugin must fail, by a piece of the sentence. */
const guilty: Readonly<Record<string, string>> = {
  'hold above bound': 'hold is within its bound',
  'positions alone': 'above what another strategy gave',
  'always one': 'distinct orders',
  'sender time': 'sender’s numbers',
  'own clock': 'distinct orders',
  'too few': 'distinct orders',
  fractions: 'distinct orders',
  'never answers': 'distinct orders',
  'takes all for kept': 'when a batch was not',
  chance: 'answers the same',
  'counts in memory': 'never goes back after a restart',
  'small batches only': 'a large batch',
  'mixes lanes': 'side by side',
  'keeps at its stop': 'after a crash',
  'hands out first': 'did not keep',
  'announces otherwise': 'announced last',
  'deaf to others': 'another server placed',
  'stranger’s shard': 'shards of that view',
  twice: 'each at most once',
  remembers: 'pure function',
  'takes nothing': 'that nobody owns',
  'robs the living': 'another node owns that lives',
  'forgets its own': 'again after a restart',
  'unready too': 'while its node is not ready',
  'everybody takes': 'one taker at most',
  'takes over unasked': 'to an operator',
  'waits for ever': 'when a lease has run out',
  'leaves the gone': 'has left',
  'waits for the silent': 'silent or not ready',
  'unknown replay': 'holds whatever happens',
  'refuses all': 'names the user',
  throws: 'throws on none',
  'accepts all': 'hostile tokens',
  trusts: 'bad in its own ways',
  'throws on nothing': 'for whatever comes',
  'no verdict': 'for whatever comes',
  'word that is none': 'for whatever comes',
  'never answers pictures': 'for whatever comes',
  'cuts texts anywhere': 'for whatever comes',
  'grows texts': 'for whatever comes',
  'refuses without a word': 'for whatever comes',
  'writes upon the message': 'as it is',
  'allows everything': 'as it says',
  'remembers one message': 'side by side',
  'done too early': 'when its effect has happened',
  'swallows failures': 'rejects while the effect fails',
  deaf: 'nobody waits for it',
  'only messages': 'every kind of entry',
  'drops acts': 'every kind of entry',
  'one at a time': 'side by side',
  'first attempts only': 'takes the same entry later',
  scribbles: 'writes nothing',
  'knows nothing': 'in the sequence of the keys',
  'leaves gaps out': 'in the sequence of the keys',
  'cuts values': 'of every printable character',
  'small letters only': 'of every printable character',
  'first value for ever': 'over what was there',
  'one question at a time': 'side by side',
  'mixes a large batch up': 'a large batch',
  'fails on nothing': 'answers no keys',
  'hangs with what is behind it': 'settles every call while what is behind it hangs',
  'lost for good': 'settles every call while what is behind it vanishes',
  'starts only in good times': 'starts and stops although what is behind it vanishes',
  'says nothing of its trouble': 'starts and stops although what is behind it hangs',
  'for itself alone': 'knows what another one was told',
  'knows its own only': 'lists for all what was told',
  'as they came': 'by name in byte order',
  'cuts cards': 'keeps the longest cards',
  'first card for ever': 'in place of the last',
  'withdraws nothing': 'what was withdrawn',
  'withdraws once': 'what was withdrawn',
  'one teller at a time': 'side by side',
  'lists for ever': 'not for ever',
  'lists too briefly': 'for its time at least',
  'first time counts': 'told again in time',
  'empty while away': 'says that it is away while what is behind it vanishes',
  'away for good': 'says that it is away while what is behind it vanishes',
  'waits with what is behind it': 'says that it is away while what is behind it hangs',
  'starts in good times only': 'starts and stops although what is behind it vanishes',
  'effect in create': 'no effect',
  leaks: 'gives everything back',
  'stops once only': 'twice',
};

async function run(file: string): Promise<Report> {
  const mocha = 'node_modules/mocha/bin/mocha.js';
  const options = ['--no-config', '--reporter', 'json', '--exit'];
  const args = ['--conditions=im-src', '--no-warnings', mocha, ...options, file];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  return (await json(child.stdout)) as Report;
}

describe('the judges of the kit', () => {
  let report: Report;
  before(async function () {
    this.timeout(60_000);
    const reports = await Promise.all([
      run('test/unit/kit/bad-plugins.ts'),
      run('test/unit/kit/bad-orderings.ts'),
      run('test/unit/kit/bad-failovers.ts'),
      run('test/unit/kit/bad-effects.ts'),
      run('test/unit/kit/bad-answers.ts'),
      run('test/unit/kit/bad-registries.ts'),
    ]);
    report = {
      failures: reports.flatMap(({ failures }) => failures),
      passes: reports.flatMap(({ passes }) => passes),
    };
  });

  for (const [plugin, sentence] of Object.entries(guilty)) {
    it(`find that “${plugin}” breaks “${sentence}”`, () => {
      const found = report.failures.map(({ fullTitle }) => fullTitle);
      const own = found.filter((title) => title.startsWith(`${plugin} as a`));
      assert.ok(
        own.some((title) => title.includes(sentence)),
        `found instead: ${own.join('; ')}`,
      );
    });
  }
  it('let pass what a bad plugin does right', () => {
    const passed = report.passes.map(({ fullTitle }) => fullTitle);
    assert.ok(passed.includes('always one as an ordering answers an empty batch with nothing'));
    assert.ok(passed.includes('deaf as a consumer takes every kind of entry'));
    const innocent = report.failures.filter(({ fullTitle }) =>
      /^right (cache |by hand )?as/.test(fullTitle),
    );
    assert.deepEqual(innocent, []);
    assert.ok(passed.includes('trusts as an authentication names the user whose token it is'));
  });
});
