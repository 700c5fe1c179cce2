/**
 * Plugins that each break one sentence of the contract. Run as a child: every judge must find its
 * own.
 */
import { createServer, type Server } from 'node:net';
import type { Authentication, Component } from 'im-kernel/contract';
import { judgeAuthentication, judgeComponent } from 'im-kernel/kit';

const done = Promise.resolve();
const plain: Component = { start: () => done, stop: () => done };
function authentication(name: string, authenticate: Authentication['authenticate']): void {
  judgeAuthentication({
    name,
    make: () => ({ ...plain, authenticate }),
    good: (user) => Promise.resolve(`t:${user}`),
    bad: () => Promise.resolve({ 'a leading X': 'X:ann' }),
    lapsedAt: (nowMs) => nowMs + 1_000,
  });
}
const read = (token: string): string | undefined => /^[tX]:(.{1,64})$/s.exec(token)?.[1];
const refused = Promise.resolve({ refused: 'no' });
authentication('refuses all', () => refused);
authentication('throws', (token) => {
  if (!token.startsWith('t:')) throw new Error('what is this?');
  return Promise.resolve({ user: token.slice(2) });
});
authentication('accepts all', (token) => Promise.resolve({ user: token }));
authentication('trusts', (token) => {
  const user = read(token);
  return user === undefined ? refused : Promise.resolve({ user });
});

let server: Server | undefined;
const listening = (): Server => createServer().listen(0, '127.0.0.1');
judgeComponent({
  name: 'effect in create',
  make: () => {
    // Once, so that the other tests need not wait for what never comes.
    server ??= listening();
    return plain;
  },
  clean: () => void server?.close(),
});
let leaked: Server | undefined;
judgeComponent({
  name: 'leaks',
  make: () => ({ ...plain, start: async () => void (leaked ??= listening()) }),
  clean: () => void leaked?.close(),
});
judgeComponent({
  name: 'stops once only',
  make: () => {
    let stopped = false;
    const stop = async (): Promise<void> => {
      if (stopped) throw new Error('stopped already');
      stopped = true;
    };
    return { ...plain, stop };
  },
});
