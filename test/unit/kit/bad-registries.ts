/** Registries that each break one sentence of the contract; see bad-plugins.ts. */
import { ImError, type Announced, type Registry } from 'im-kernel/contract';
import { judgeRegistry, type RegistryOutside } from 'im-kernel/kit';

type Mode = 'works' | 'vanishes' | 'hangs';

interface Told {
  readonly card: string;
  readonly untilMs: number;
}

/** What lies behind them: a map that can be away, or silent. */
class World implements RegistryOutside {
  readonly told = new Map<string, Told>();
  mode: Mode = 'works';

  works(): void {
    this.mode = 'works';
  }
  vanishes(): void {
    this.mode = 'vanishes';
  }
  hangs(): void {
    this.mode = 'hangs';
  }
}

const WAIT_MS = 50;

function inBytes(a: Announced, b: Announced): number {
  return Buffer.compare(Buffer.from(a.node), Buffer.from(b.node));
}

/** A right one, of which each bad one changes something. */
class Right implements Registry {
  protected readonly world: World;
  readonly #stopped = Promise.withResolvers<never>();

  constructor(world: World) {
    this.world = world;
    this.#stopped.promise.catch(() => undefined);
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#stopped.reject(this.away('stopped'));
  }

  async announce(node: string, card: string, ttlMs: number): Promise<void> {
    await this.reach();
    this.world.told.set(node, { card, untilMs: performance.now() + ttlMs });
  }

  async withdraw(node: string): Promise<void> {
    await this.reach();
    this.world.told.delete(node);
  }

  async list(): Promise<readonly Announced[]> {
    await this.reach();
    const nowMs = performance.now();
    const listed = [...this.world.told].filter(([, { untilMs }]) => untilMs > nowMs);
    return listed.map(([node, { card }]) => ({ node, card })).toSorted(inBytes);
  }

  protected away(why: string): Error {
    return new ImError('IM_REGISTRY_AWAY', { place: 'a test', why });
  }

  protected async reach(): Promise<void> {
    if (this.world.mode === 'works') return;
    if (this.world.mode === 'vanishes') throw this.away('vanished');
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(this.away('late')), WAIT_MS);
    });
    await Promise.race([late, this.#stopped.promise]);
  }
}

type Make = new (world: World) => Registry;

function registry(name: string, Made: Make, trouble?: 'in trouble'): void {
  const world = new World();
  const outside = trouble ? { outside: world } : {};
  judgeRegistry({ name, make: () => new Made(world), ...outside });
}

registry('right registry', Right, 'in trouble');
registry(
  'knows its own only',
  class extends Right {
    readonly #own = new Map<string, string>();
    override announce = async (node: string, card: string) => void this.#own.set(node, card);
    override withdraw = async (node: string) => void this.#own.delete(node);
    override list = async () =>
      [...this.#own].map(([node, card]) => ({ node, card })).toSorted(inBytes);
  },
);
registry(
  'as they came',
  class extends Right {
    override list = async () =>
      (await super.list()).toSorted((a, b) => a.node.localeCompare(b.node));
  },
);
registry(
  'cuts cards',
  class extends Right {
    override announce = (node: string, card: string, ttlMs: number) =>
      super.announce(node, card.slice(0, 8_000), ttlMs);
  },
);
registry(
  'first card for ever',
  class extends Right {
    override announce = async (node: string, card: string, ttlMs: number) => {
      if (!this.world.told.has(node)) await super.announce(node, card, ttlMs);
    };
  },
);
registry(
  'withdraws nothing',
  class extends Right {
    override withdraw = () => this.reach();
  },
);
registry(
  'withdraws once',
  class extends Right {
    override withdraw = async (node: string) => {
      if (!this.world.told.has(node)) throw new Error('it is not there');
      await super.withdraw(node);
    };
  },
);
registry(
  'one teller at a time',
  class extends Right {
    #node = '';
    override announce = async (node: string, card: string, ttlMs: number) => {
      this.#node = node;
      await Promise.resolve();
      await super.announce(this.#node, card, ttlMs);
    };
  },
);
registry(
  'lists for ever',
  class extends Right {
    override announce = (node: string, card: string) => super.announce(node, card, Infinity);
  },
);
registry(
  'lists too briefly',
  class extends Right {
    override announce = (node: string, card: string, ttlMs: number) =>
      super.announce(node, card, ttlMs / 3);
  },
);
registry(
  'first time counts',
  class extends Right {
    override announce = async (node: string, card: string, ttlMs: number) => {
      const before = this.world.told.get(node);
      await super.announce(node, card, ttlMs);
      if (before?.card === card) this.world.told.set(node, before);
    };
  },
);
registry(
  'empty while away',
  class extends Right {
    override list = async () => (this.world.mode === 'works' ? super.list() : []);
  },
  'in trouble',
);
registry(
  'away for good',
  class extends Right {
    protected override away = () => new Error('broken');
  },
  'in trouble',
);
registry(
  'waits with what is behind it',
  class extends Right {
    protected override reach = async () => {
      if (this.world.mode === 'hangs') await new Promise(() => undefined);
      await super.reach();
    };
  },
  'in trouble',
);
registry(
  'starts in good times only',
  class extends Right {
    override start = () => this.reach();
  },
  'in trouble',
);
