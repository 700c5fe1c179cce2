import assert from 'node:assert/strict';
import { watch } from '../../../cli/watch.ts';
import type { Io } from '../../../cli/io.ts';
import { AdminProblem, unreachable } from '../../../core/admin/client/admin-problem.ts';

const DENIED = new AdminProblem('im-a', 'IM_ADMIN_TOKEN', 'no token was given', 401);

const out = (): void => undefined;

function reader() {
  const end = new AbortController();
  const errs: string[] = [];
  const err = (text: string): void => void errs.push(text);
  const io: Io = { out, err, env: {}, bold: (text) => text, end: end.signal };
  return { io, errs, end };
}

describe('--watch', () => {
  it('ends with the exit code of what is refused each time', async () => {
    const { io, errs } = reader();
    const code = await watch(() => Promise.reject(DENIED), 1, {}, io);
    assert.equal(code, 4);
    assert.deepEqual(errs, ['IM_ADMIN_TOKEN no token was given']);
  });

  it('goes on where a node is away, which is told', async () => {
    const { io, errs, end } = reader();
    let looks = 0;
    const look = (): Promise<void> => {
      looks += 1;
      if (looks === 3) end.abort();
      return looks < 3 ? Promise.reject(unreachable('im-a', 'ECONNREFUSED')) : Promise.resolve();
    };
    assert.equal(await watch(look, 1, {}, io), 0);
    assert.equal(looks, 3);
    assert.match(errs.join('\n'), /^IM_ADMIN_UNREACHABLE no answer from im-a/);
  });
});
