import { fakeClock, judgeAuthentication } from 'im-kernel/kit';
import plugin, { MyAuthentication } from './index.ts';

const secret = 'only for this test, not for a server';
const life = 60_000;

/** A token as somebody with this secret would make it at this time. */
function made(key: string, user: string, nowMs: number): Promise<string> {
  const clock = { ...fakeClock(), now: () => nowMs };
  return new MyAuthentication(key, life, clock).issue(user, undefined);
}

judgeAuthentication({
  name: 'my-plugin',
  make: (host) => plugin.create({ secret, life }, host),
  good: (user, nowMs) => made(secret, user, nowMs),
  lapsedAt: (nowMs) => nowMs + life,
  async bad(nowMs) {
    const good = await made(secret, 'ann', nowMs);
    return {
      'another secret': await made(`not ${secret}`, 'ann', nowMs),
      'another user': good.replace('ann', 'bob'),
      'a later expiry': good.replace(/:(\d+):/, ':9999999999999:'),
      'a past expiry': await made(secret, 'ann', nowMs - life),
    };
  },
});
