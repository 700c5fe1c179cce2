/** What an authentication must do; see `Authentication` in the contract. */
import assert from 'node:assert/strict';
import type { Authentication, Host } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { fakeClock } from './fake-clock.ts';
import { never, quietHost, seededRandom } from './quiet-host.ts';
import { after, before, describe, it } from './runner.ts';

export interface AuthenticationCase {
  readonly name: string;
  /** Makes an authentication that was never started: `plugin.create(config, host)`. */
  make(host: Host): Authentication;
  /** A token of this user that holds at the wall clock time `nowMs`. */
  good(user: string, nowMs: number): Promise<string>;
  /** When tokens of `good` lapse, if they do: a time at which they must be refused. */
  lapsedAt?(nowMs: number): number;
  /** Tokens that must be refused, by what is wrong with them: wrong key, expired, no user … */
  bad?(nowMs: number): Promise<Readonly<Record<string, string>>>;
  prepare?(): Promise<void> | void;
  clean?(): Promise<void> | void;
}

/** Tokens that no scheme may accept, and none may stumble over. */
function hostileTokens(good: string): string[] {
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const claims = Buffer.from('{"sub":"ann"}').toString('base64url');
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

/** Judges an authentication: whom it accepts, that it never throws, and its life as a component. */
export function judgeAuthentication(judged: AuthenticationCase): void {
  const clock = fakeClock();
  let authentication: Authentication;
  const userOf = async (token: string): Promise<string | undefined> => {
    const answer = await authentication.authenticate(token);
    if ('user' in answer) return answer.user;
    assert.equal(typeof answer.refused, 'string', 'a refusal has a reason');
    return undefined;
  };

  describe(`${judged.name} as an authentication`, () => {
    before(async () => {
      await judged.prepare?.();
      authentication = judged.make(quietHost({ clock }));
      await authentication.start(never());
    });
    after(async () => {
      await authentication.stop(never());
      await judged.clean?.();
    });

    it('names the user whose token it is', async () => {
      for (const user of ['ann', 'bob@example.org', 'A-z_0.9+x', 'u'.repeat(64)]) {
        assert.equal(await userOf(await judged.good(user, clock.now())), user);
      }
    });
    it('refuses hostile tokens and throws on none', async () => {
      const good = await judged.good('ann', clock.now());
      for (const token of hostileTokens(good)) {
        assert.equal(
          await userOf(token),
          undefined,
          `accepted ${JSON.stringify(token).slice(0, 60)}`,
        );
      }
    });
    it('makes no other user of a mangled token', async () => {
      const good = await judged.good('ann', clock.now());
      for (const token of mangled(good)) {
        const user = await userOf(token);
        assert.ok(user === undefined || user === 'ann', `${token} became ${user}`);
      }
    });
    it('refuses tokens that are bad in its own ways', async () => {
      for (const [what, token] of Object.entries((await judged.bad?.(clock.now())) ?? {})) {
        assert.equal(await userOf(token), undefined, `accepted a token with ${what}`);
      }
    });
    it('answers many at once', async () => {
      const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
      const tokens = await Promise.all(users.map((user) => judged.good(user, clock.now())));
      assert.deepEqual(await Promise.all(tokens.map(userOf)), users);
    });
    it('issues tokens that it accepts, and no user gets another’s', async () => {
      if (!authentication.issue) return;
      const token = await authentication.issue('ann', 60_000);
      assert.equal(await userOf(token), 'ann');
      assert.equal(await userOf(await authentication.issue('bob', undefined)), 'bob');
    });
    it('refuses a token that has lapsed, and says before when it will', async () => {
      const token = await judged.good('ann', clock.now());
      const lapsedAt = judged.lapsedAt?.(clock.now());
      if (lapsedAt === undefined) return;
      const answer = await authentication.authenticate(token);
      assert.ok('user' in answer && answer.expiresAt !== undefined, 'no time of expiry');
      assert.ok(answer.expiresAt > clock.now() && answer.expiresAt <= lapsedAt);
      clock.advance(lapsedAt - clock.now());
      assert.equal(await userOf(token), undefined);
    });
  });
  judgeComponent({
    name: judged.name,
    make: () => judged.make(quietHost()),
    prepare: () => judged.prepare?.(),
    clean: () => judged.clean?.(),
  });
}
