/**
 * Parts of one role that are made anew from their settings, and exchanged: a new one starts beside
 * the old one, and takes its place only when all is well.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Instance, Settings } from '../../config/settings.ts';
import { settingsOf } from '../../config/role-settings.ts';
import { namesFiles } from '../../config/taking.ts';
import type { Supervisor } from '../../kernel/supervisor.ts';
import type { Made } from '../watched.ts';
import type { Mover, PartNews, Ready } from './ready.ts';
import { whyOf } from './transports-mover.ts';

interface Around<I extends Instance, M> {
  readonly supervisor: Supervisor;
  readonly rank: number;
  readonly instancesOf: (settings: Settings) => readonly I[];
  readonly make: (instance: I) => Made<M>;
  /** What is new can begin with its work. Rejects: it cannot; `drop` ends what has begun. */
  readonly open?: (came: readonly M[]) => Promise<void>;
  /** Nothing comes of what was opened. Never rejects. */
  readonly drop?: () => Promise<void>;
  /** These, from this moment. Resolves when those that are not among them have nothing in work. */
  readonly exchange: (all: readonly M[]) => Promise<void>;
}

interface Tried<M> {
  readonly news: PartNews | undefined;
  /** Undefined: it cannot be had. */
  readonly made: Made<M> | undefined;
}

export class Crew<I extends Instance, M> implements Mover {
  readonly #around: Around<I, M>;
  #crew: readonly Made<M>[];

  constructor(crew: readonly Made<M>[], around: Around<I, M>) {
    this.#crew = crew;
    this.#around = around;
  }

  async prepare(next: Settings): Promise<Ready> {
    const wanted = this.#around.instancesOf(next);
    const tried = await Promise.all(wanted.map((instance) => this.#try(instance)));
    const crew = tried.flatMap(({ made }) => made ?? []);
    const came = crew.filter((one) => !this.#crew.includes(one));
    const left = this.#crew.filter(({ instance: { name } }) => {
      return !wanted.some((one) => one.name === name);
    });
    const gone = left.map(({ instance }): PartNews => ({ part: instance.name, became: 'gone' }));
    return {
      news: [...tried.flatMap(({ news }) => news ?? []), ...gone],
      open: async () => this.#around.open?.(came.map((one) => one.as)),
      commit: () => this.#commit(crew),
      discard: async () => {
        await this.#around.drop?.();
        await this.#retire(came);
      },
    };
  }

  async #try(instance: I): Promise<Tried<M>> {
    const { name: part } = instance;
    const old = this.#crew.find((one) => one.instance.name === part);
    const changed = !old || !saySame(old.instance, instance);
    if (!changed && !namesFiles(settingsOf(instance.plugin), instance.config)) {
      return { news: undefined, made: old };
    }
    try {
      return { news: { part, became: 'new' }, made: await this.#start(instance) };
    } catch (error) {
      const became = changed ? 'failed' : 'kept';
      return { news: { part, became, ...whyOf(error) }, made: changed ? undefined : old };
    }
  }

  /** One that starts and says at once that it is not well takes nobody's place. */
  async #start(instance: I): Promise<Made<M>> {
    const { supervisor, make } = this.#around;
    const made = make(instance);
    await supervisor.tryOut(instance.name, made.component);
    const { said } = made.lent;
    if (said.state === 'running') return made;
    await this.#retire([made]);
    throw said.error ?? new Error(said.why);
  }

  /** Everything up to the first await is one moment. */
  async #commit(crew: readonly Made<M>[]): Promise<void> {
    const { supervisor, rank, exchange } = this.#around;
    const left = this.#crew.filter((one) => !crew.includes(one));
    const came = crew.filter((one) => !this.#crew.includes(one));
    this.#crew = crew;
    for (const { instance, lent } of left) {
      lent.close();
      const isFollowed = crew.some((one) => one.instance.name === instance.name);
      if (!isFollowed) supervisor.exchange(instance.name, undefined);
    }
    for (const { instance, component, lent } of came) {
      supervisor.exchange(instance.name, { rank, component });
      lent.open();
    }
    await exchange(crew.map((one) => one.as));
    await this.#retire(left);
  }

  async #retire(made: readonly Made<M>[]): Promise<void> {
    const { supervisor } = this.#around;
    for (const { lent } of made) lent.close();
    await Promise.all(
      made.map(({ instance, component }) => supervisor.retire(instance.name, component)),
    );
  }
}

function saySame(a: Instance, b: Instance): boolean {
  if (a.plugin !== b.plugin) return false;
  return isDeepStrictEqual([a.config, a.added], [b.config, b.added]);
}
