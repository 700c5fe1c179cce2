/** What an authentication must do; see `Authentication` in the contract. */
import assert from 'node:assert/strict';
import type { Authentication, Host } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { fakeClock } from './fake-clock.ts';
import { never, quietHost, seededRandom } from './quiet-host.ts';
import { after, afterEach, before, beforeEach, describe, it } from './runner.ts';

/** Whom the judge asks about; a plugin with a list of users must have these on it. */
export const judgedUsers: readonly string[] = [
  'ann',
  'bob@example.org',
  'A-z_0.9+x',
  'u'.repeat(64),
  ...Array.from({ length: 100 }, (_, index) => `user-${index}`),
];

export interface AuthenticationCase {
  readonly name: string;
  /** Makes an authentication that was never started: `plugin.create(config, host)`. */
  make(host: Host): Authentication;
  /** A token of one of `judgedUsers` that holds at the wall clock time `nowMs`. */
  good(user: string, nowMs: number): Promise<string>;
  /** When tokens of `good` lapse, if they do: a time at which they must be refused. */
  lapsedAt?(nowMs: number): number;
  /** Tokens that must be refused, by what is wrong with them: wrong key, expired, no user … */
  bad?(nowMs: number): Promise<Readonly<Record<string, string>>>;
  prepare?(): Promise<void> | void;
  clean?(): Promise<void> | void;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Tokens that no scheme may accept, and none may stumble over. */
function hostileTokens(good: string): string[] {
  const none = part({ alg: 'none' });
  const claims = part({ sub: 'ann' });
  const octets = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  return [
    '',
    'a.b.c',
    'null',
    '[]',
    '{"sub":"ann"}',
    '__proto__',
    '\uD800',
    `${none}.${claims}.`,
    `${none}.${claims}.AAAA`,
    `${none}.${claims}`,
    'x'.repeat(1_000_000),
    `${good}${'A'.repeat(1_000_000)}`,
    ...[1, 2, 3, 4, 100_000].map((count) => '.'.repeat(count)),
    ...octets,
  ];
}

/** A good token with some octets changed, cut, doubled or moved. */
function* mangled(good: string): Generator<string> {
  const random = seededRandom(4);
  const below = (bound: number): number => Math.floor(random.next() * bound);
  for (let round = 0; round < 500; round += 1) {
    const at = below(good.length);
    const octet = String.fromCharCode(below(256));
    const forms = [
      good.slice(0, at),
      good.slice(at),
      good.slice(0, at) + octet + good.slice(at + 1),
      good.slice(0, at) + good,
      good.slice(at) + good.slice(0, at),
    ];
    yield forms[below(forms.length)] ?? '';
  }
}

/** One started authentication, and the questions that the judge asks of it. */
class Bench {
  readonly clock = fakeClock();
  readonly judged: AuthenticationCase;
  authentication: Authentication;

  constructor(judged: AuthenticationCase) {
    this.judged = judged;
    this.authentication = judged.make(quietHost({ clock: this.clock }));
  }

  good(user: string): Promise<string> {
    return this.judged.good(user, this.clock.now());
  }

  /** Whom the token belongs to; undefined if it is refused. */
  async userOf(token: string): Promise<string | undefined> {
    const answer = await this.authentication.authenticate(token);
    if ('user' in answer) return answer.user;
    assert.equal(typeof answer.refused, 'string', 'a refusal has a reason');
    return undefined;
  }
}

const CASES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  'names the user whose token it is': async (bench) => {
    for (const user of judgedUsers.slice(0, 4)) {
      assert.equal(await bench.userOf(await bench.good(user)), user);
    }
  },
  'refuses hostile tokens and throws on none': async (bench) => {
    for (const token of hostileTokens(await bench.good('ann'))) {
      const user = await bench.userOf(token);
      assert.equal(user, undefined, `accepted ${JSON.stringify(token).slice(0, 60)}`);
    }
  },
  'makes no other user of a mangled token': async (bench) => {
    for (const token of mangled(await bench.good('ann'))) {
      const user = await bench.userOf(token);
      assert.ok(user === undefined || user === 'ann', `${token} became ${user}`);
    }
  },
  'refuses tokens that are bad in its own ways': async (bench) => {
    const bad = (await bench.judged.bad?.(bench.clock.now())) ?? {};
    for (const [what, token] of Object.entries(bad)) {
      assert.equal(await bench.userOf(token), undefined, `accepted a token with ${what}`);
    }
  },
  'answers many at once': async (bench) => {
    const tokens = await Promise.all(judgedUsers.map((user) => bench.good(user)));
    const named = await Promise.all(tokens.map((token) => bench.userOf(token)));
    assert.deepEqual(named, judgedUsers);
  },
  'accepts the tokens that it issues, each for its own user': async (bench) => {
    const { authentication } = bench;
    if (!authentication.issue) return;
    const ann = await authentication.issue('ann', 60_000);
    const bob = await authentication.issue('bob', undefined);
    assert.deepEqual([await bench.userOf(ann), await bench.userOf(bob)], ['ann', 'bob']);
  },
  'refuses a token that has lapsed, and says before when it will': async (bench) => {
    const { clock, judged, authentication } = bench;
    const token = await bench.good('ann');
    const lapsedAt = judged.lapsedAt?.(clock.now());
    if (lapsedAt === undefined) return;
    const answer = await authentication.authenticate(token);
    assert.ok('user' in answer && answer.expiresAt !== undefined, 'no time of expiry');
    assert.ok(answer.expiresAt > clock.now() && answer.expiresAt <= lapsedAt);
    clock.advance(lapsedAt - clock.now());
    assert.equal(await bench.userOf(token), undefined);
  },
};

/** Judges an authentication: whom it accepts, that it never throws, and its life as a component. */
export function judgeAuthentication(judged: AuthenticationCase): void {
  describe(`${judged.name} as an authentication`, () => {
    let bench: Bench;
    before(() => judged.prepare?.());
    after(() => judged.clean?.());
    beforeEach(() => {
      bench = new Bench(judged);
      return bench.authentication.start(never());
    });
    afterEach(() => bench.authentication.stop(never()));
    for (const [sentence, ask] of Object.entries(CASES)) it(sentence, () => ask(bench));
  });
  judgeComponent({
    name: judged.name,
    make: () => judged.make(quietHost()),
    prepare: () => judged.prepare?.(),
    clean: () => judged.clean?.(),
  });
}
