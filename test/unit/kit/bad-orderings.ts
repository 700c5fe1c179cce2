/** Orderings that each break one sentence of the contract: see bad-plugins.ts. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Component, Ordering, OrderingHost } from 'im-kernel/contract';
import { judgeOrdering } from 'im-kernel/kit';

const done = Promise.resolve();
const plain: Component = { start: () => done, stop: () => done };
const rule = { strategy: 'bad', holdMs: 0, maxHoldMs: 0 };

function ordering(name: string, place: Ordering['place'], own: Partial<Ordering> = {}): void {
  judgeOrdering({ name, make: () => ({ ...plain, rule, place, ...own }) });
}
const byPosition: Ordering['place'] = (batch) => batch.map(({ position }) => position);

ordering('positions alone', byPosition);
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
ordering('small batches only', (batch) => {
  if (batch.length > 1_000) throw new Error('too many');
  return batch.map(({ position }) => position);
});
judgeOrdering({
  name: 'takes all for kept',
  make: () => {
    const next = new Map<string, number>();
    const place: Ordering['place'] = (batch) =>
      batch.map(({ conversation, position }) => {
        const before = next.get(conversation) ?? position;
        if (position < before) throw new Error('a position comes again');
        next.set(conversation, position + 1);
        return position;
      });
    return { ...plain, rule, place };
  },
});
judgeOrdering({
  name: 'mixes lanes',
  total: true,
  make: () => {
    let last = 0;
    const place: Ordering['place'] = async (batch) => {
      const from = last;
      await nextTurn();
      last = from + batch.length;
      return batch.map((_, index) => from + index + 1);
    };
    return { ...plain, rule, place };
  },
});

/** Counts from what the register holds; `keep` is told of every new bound. */
function counting(
  host: OrderingHost,
  keep: (from: number, to: number) => void,
): Ordering & { bound(): number } {
  let last = 0;
  return {
    ...plain,
    rule,
    bound: () => last,
    start: async () => {
      last = Number((await host.register.read('bound')) ?? 0);
    },
    place: (batch) => {
      const from = last;
      last += batch.length;
      keep(from, last);
      return batch.map((_, index) => from + index + 1);
    },
  };
}

async function keepBound(host: OrderingHost, to: number): Promise<void> {
  const before = await host.register.read('bound');
  await host.register.compareAndSet('bound', before, String(to));
}

judgeOrdering({
  name: 'keeps at its stop',
  make: (host) => {
    const inner = counting(host, () => undefined);
    return { ...inner, stop: () => keepBound(host, inner.bound()) };
  },
});
judgeOrdering({
  name: 'hands out first',
  make: (host) => counting(host, (_, to) => void keepBound(host, to).catch(() => undefined)),
});
judgeOrdering({
  name: 'announces otherwise',
  make: (host) => ({
    ...plain,
    rule,
    place: (batch) => {
      host.announce({ ...rule, maxHoldMs: 7 });
      return batch.map(({ position }) => position);
    },
  }),
});
judgeOrdering({
  name: 'deaf to others',
  make: (host) => counting(host, () => undefined),
  together: (hosts) => hosts.map((host) => counting(host, () => undefined)),
});
