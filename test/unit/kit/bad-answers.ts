/** Caches of answers that each break one sentence of the contract; see bad-plugins.ts. */
import type { AnswerCache, Host, Remembered } from 'im-kernel/contract';
import { judgeAnswers, type AnswersOutside } from 'im-kernel/kit';

type Mode = 'works' | 'vanishes' | 'hangs';

/** What lies behind them: a map that can be away, or silent. */
class World implements AnswersOutside {
  readonly values = new Map<string, string>();
  mode: Mode = 'works';
  /** Ends those who wait when the mode changes. */
  #changed = Promise.withResolvers<void>();

  works(): void {
    this.#become('works');
  }
  vanishes(): void {
    this.#become('vanishes');
  }
  hangs(): void {
    this.#become('hangs');
  }
  #become(mode: Mode): void {
    this.mode = mode;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** As long as it hangs: forever, for who waits without an end of his own. */
  async reach(): Promise<void> {
    if (this.mode === 'vanishes') throw new Error('away');
    if (this.mode === 'hangs') await new Promise(() => undefined);
    await Promise.resolve();
  }
  get changed(): Promise<void> {
    return this.#changed.promise;
  }
}

const WAIT_MS = 50;

/** A right one, of which each bad one changes something. */
class Right implements AnswerCache {
  readonly #host: Host;
  readonly #stopped = Promise.withResolvers<never>();
  protected readonly world: World;
  #running = false;

  constructor(world: World, host: Host) {
    this.world = world;
    this.#host = host;
    this.#stopped.promise.catch(() => undefined);
  }

  async start(): Promise<void> {
    this.#running = true;
    this.watch(this.#host);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#stopped.reject(new Error('stopped'));
  }

  async recall(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    await this.reach();
    return keys.map((key) => this.world.values.get(key));
  }

  async remember(pairs: readonly Remembered[]): Promise<void> {
    await this.reach();
    for (const { key, value } of pairs) this.world.values.set(key, value);
  }

  /** Reports how the world is, now and whenever it changes. */
  protected watch(host: Host): void {
    if (!this.#running) return;
    const good = this.world.mode === 'works';
    host.report(good ? { state: 'running' } : { state: 'degraded', why: this.world.mode });
    void this.world.changed.then(() => this.watch(host));
  }

  protected async reach(): Promise<void> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('late')), WAIT_MS);
    });
    await Promise.race([this.world.reach(), late, this.#stopped.promise]);
  }
}

type Make = new (world: World, host: Host) => AnswerCache;

type Judged = 'at work' | 'shared' | 'in trouble';

function cache(name: string, Made: Make, ...judged: readonly Judged[]): void {
  const world = new World();
  const shared = judged.includes('shared');
  const make = (host: Host): AnswerCache => new Made(world, host);
  const outside = judged.includes('in trouble') ? { outside: world } : {};
  judgeAnswers({ name, make, shared, ...outside });
}

cache('right cache', Right, 'shared', 'in trouble');
cache(
  'knows nothing',
  class extends Right {
    override recall = async (keys: readonly string[]) => keys.map(() => undefined);
  },
);
cache(
  'leaves gaps out',
  class extends Right {
    override recall = async (keys: readonly string[]) =>
      (await super.recall(keys)).filter((value) => value !== undefined);
  },
);
cache(
  'cuts values',
  class extends Right {
    override remember = (pairs: readonly Remembered[]) =>
      super.remember(pairs.map(({ key, value }) => ({ key, value: value.slice(0, 100) })));
  },
);
cache(
  'small letters only',
  class extends Right {
    override recall = (keys: readonly string[]) =>
      super.recall(keys.map((key) => key.toLowerCase()));
    override remember = (pairs: readonly Remembered[]) =>
      super.remember(pairs.map(({ key, value }) => ({ key: key.toLowerCase(), value })));
  },
);
cache(
  'first value for ever',
  class extends Right {
    override remember = (pairs: readonly Remembered[]) =>
      super.remember(pairs.filter(({ key }) => !this.world.values.has(key)));
  },
);
cache(
  'one question at a time',
  class extends Right {
    #asked: readonly string[] = [];
    override recall = async (keys: readonly string[]) => {
      this.#asked = keys;
      await Promise.resolve();
      return super.recall(this.#asked);
    };
  },
);
cache(
  'mixes a large batch up',
  class extends Right {
    override recall = async (keys: readonly string[]) => {
      const found = [...(await super.recall(keys))];
      return keys.length > 1_000 ? found.toReversed() : found;
    };
  },
);
cache(
  'fails on nothing',
  class extends Right {
    override recall = (keys: readonly string[]) =>
      keys.length === 0 ? Promise.reject(new Error('no keys')) : super.recall(keys);
  },
);
cache(
  'hangs with what is behind it',
  class extends Right {
    protected override reach = () => this.world.reach();
  },
  'in trouble',
);
cache(
  'lost for good',
  class extends Right {
    #lost = false;
    protected override reach = async () => {
      this.#lost ||= this.world.mode === 'vanishes';
      if (this.#lost) throw new Error('lost');
      await super.reach();
    };
  },
  'in trouble',
);
cache(
  'starts only in good times',
  class extends Right {
    override start = async () => {
      if (this.world.mode === 'vanishes') throw new Error('away');
      await super.start();
    };
  },
  'in trouble',
);
cache(
  'says nothing of its trouble',
  class extends Right {
    protected override watch = () => undefined;
  },
  'in trouble',
);
cache(
  'for itself alone',
  class extends Right {
    readonly #own = new Map<string, string>();
    override recall = async (keys: readonly string[]) => keys.map((key) => this.#own.get(key));
    override remember = async (pairs: readonly Remembered[]) =>
      pairs.forEach(({ key, value }) => void this.#own.set(key, value));
  },
  'shared',
);
