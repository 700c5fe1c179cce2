/**
 * Plugins that each break one sentence of the contract. Run as a child: every judge must find its
 * own.
 */
import { createServer, type Server } from 'node:net';
import type { Authentication, Component, Failover, Ordering } from 'im-kernel/contract';
import { judgeAuthentication, judgeComponent, judgeFailover, judgeOrdering } from 'im-kernel/kit';

const done = Promise.resolve();
const plain: Component = { start: () => done, stop: () => done };
const rule = { strategy: 'bad', holdMs: 0, maxHoldMs: 0 };

function ordering(name: string, place: Ordering['place'], own: Partial<Ordering> = {}): void {
  judgeOrdering({ name, make: () => ({ ...plain, rule, place, ...own }) });
}
const byPosition: Ordering['place'] = (batch) => batch.map(({ position }) => position);

ordering('hold above bound', byPosition, { rule: { ...rule, holdMs: 9 } });
ordering('always one', (batch) => batch.map(() => 1));
ordering('sender time', (batch) => batch.map(({ sentAt }) => sentAt));
ordering('own clock', (batch) => batch.map(({ acceptedAt }, index) => acceptedAt + index));
ordering('too few', (batch) => batch.slice(1).map(({ position }) => position));
ordering('fractions', (batch) => batch.map(({ position }) => position + 0.5));
ordering('never answers', () => new Promise(() => undefined));
ordering('chance', (batch, last) => {
  const above = new Map<string, number>();
  return batch.map(({ conversation }) => {
    const order = (above.get(conversation) ?? last(conversation)) + 1 + Math.random() * 1_000;
    above.set(conversation, Math.ceil(order));
    return Math.ceil(order);
  });
});
judgeOrdering({
  name: 'counts in memory',
  make: () => {
    let order = 0;
    return { ...plain, rule, place: (batch) => batch.map(() => (order += 1)) };
  },
});

function failover(name: string, plan: Failover['plan']): void {
  judgeFailover({ name, make: () => ({ ...plain, plan }) });
}
let calls = 0;
failover('stranger’s shard', ({ shards }) => [shards.length]);
failover('twice', ({ shards }) => shards.flatMap(({ shard }) => [shard, shard]));
failover('remembers', ({ shards }) => ((calls += 1) % 2 ? [] : shards.map(({ shard }) => shard)));
failover('takes nothing', () => []);

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
