/** Guards and consumers that each break one sentence of the contract; see bad-plugins.ts. */
import type { Component, Consumer, Guard, GuardedMessage, GuardVerdict } from 'im-kernel/contract';
import { judgeConsumer, judgeGuard, type Outside } from 'im-kernel/kit';

const done = Promise.resolve();
const plain: Component = { start: () => done, stop: () => done };
const samples = [
  { text: 'fine', verdict: 'allow' },
  { text: 'bad', verdict: 'refuse' },
] as const;
const textOf = ({ body }: GuardedMessage): string => Buffer.from(body).toString('utf8');
const right = (message: GuardedMessage): GuardVerdict =>
  textOf(message) === 'bad' ? { is: 'refuse', detail: 'no' } : { is: 'allow' };

function guard(name: string, look: Guard['look']): void {
  judgeGuard({ name, samples, make: () => ({ ...plain, look }) });
}

guard('throws on nothing', (message) => {
  if (message.body.length === 0) throw new Error('nothing there');
  return right(message);
});
guard('no verdict', (message) =>
  message.mediaType === '' ? (undefined as unknown as GuardVerdict) : right(message),
);
guard('word that is none', (message) =>
  message.mediaType === '' ? ({ is: 'maybe' } as unknown as GuardVerdict) : right(message),
);
guard('never answers pictures', (message) =>
  message.mediaType === 'image/png' ? new Promise(() => undefined) : right(message),
);
guard('cuts texts anywhere', (message) =>
  message.body.length > 101 ? { is: 'change', body: message.body.slice(0, 101) } : right(message),
);
guard('grows texts', (message) =>
  message.body.length > 10_000
    ? { is: 'change', body: Buffer.concat([message.body, message.body]) }
    : right(message),
);
guard('refuses without a word', (message) =>
  textOf(message) === 'hi' ? { is: 'refuse', detail: '' } : right(message),
);
guard('writes upon the message', (message) => {
  const verdict = right(message);
  message.body.fill(42);
  return verdict;
});
guard('allows everything', () => ({ is: 'allow' }));
let latest: GuardedMessage | undefined;
guard('remembers one message', async (message) => {
  latest = message;
  await Promise.resolve();
  return right(latest);
});

/** What lies behind the bad consumers. */
class World implements Outside {
  #mode: 'works' | 'refuses' | 'hangs' = 'works';
  #happened: string[] = [];
  works(): void {
    this.#mode = 'works';
  }
  refuses(): void {
    this.#mode = 'refuses';
  }
  hangs(): void {
    this.#mode = 'hangs';
  }
  happened(): readonly string[] {
    return this.#happened;
  }
  forget(): void {
    this.#happened = [];
  }
  async act(...[{ conversation, position }, { signal }]: Parameters<Consumer['consume']>) {
    await Promise.resolve();
    if (this.#mode === 'refuses') throw new Error('refused');
    if (this.#mode === 'hangs') {
      await new Promise<void>((_, reject) => {
        const end = (): void => reject(new Error('nobody waits'));
        if (signal.aborted) end();
        else signal.addEventListener('abort', end);
      });
    }
    this.#happened.push(`${conversation} ${position}`);
  }
}

type Consume = (world: World, ...about: Parameters<Consumer['consume']>) => Promise<void>;

function consumer(name: string, consume: Consume): void {
  const outside = new World();
  const make = (): Consumer => ({ ...plain, consume: (...about) => consume(outside, ...about) });
  judgeConsumer({ name, outside, make });
}

const nobody = { signal: new AbortController().signal };
consumer('right', (world, ...about) => world.act(...about));
consumer('done too early', (world, ...about) => {
  setImmediate(() => void world.act(...about).catch(() => undefined));
  return done;
});
consumer('swallows failures', (world, ...about) => world.act(...about).catch(() => undefined));
consumer('deaf', (world, entry, about) => world.act(entry, { ...about, ...nobody }));
consumer('only messages', (world, ...about) =>
  about[0].body === undefined ? Promise.reject(new Error('no body')) : world.act(...about),
);
consumer('drops acts', (world, ...about) =>
  about[0].body === undefined ? done : world.act(...about),
);
let busy = false;
consumer('one at a time', async (world, ...about) => {
  if (busy) throw new Error('busy');
  busy = true;
  await world.act(...about).finally(() => (busy = false));
});
consumer('first attempts only', (world, ...about) =>
  about[1].attempt > 1 ? done : world.act(...about),
);
consumer('scribbles', async (world, ...about) => {
  await world.act(...about);
  about[0].body?.fill(0);
});
