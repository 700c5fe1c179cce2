/** `im token USER`: prints a token, and nothing else, on standard output. */
import { parseDuration } from '../core/config/units.ts';
import { EXIT, type Io } from './io.ts';
import { localToken } from './local-token.ts';
import { report } from './report.ts';

const USER = /^[A-Za-z0-9._@+-]{1,64}$/;

export async function token(
  user: string,
  options: { config: string; life?: string },
  io: Io,
): Promise<number> {
  if (!USER.test(user)) {
    io.err(`"${user}" is no user name: 1-64 characters of A-Z a-z 0-9 . _ @ + -`);
    return EXIT.usage;
  }
  const life = options.life === undefined ? undefined : parseDuration(options.life);
  if (life && 'wrong' in life) {
    io.err(`--life ${life.wrong}`);
    return EXIT.usage;
  }
  try {
    io.out(await localToken(options.config, user, life?.value));
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}
