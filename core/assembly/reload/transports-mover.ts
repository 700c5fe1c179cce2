/** Transports go on, and take up what they marked as live, and the files that they name. */
import { isDeepStrictEqual } from 'node:util';
import type { Limits } from '../../config/limits.ts';
import type { Instance } from '../../config/settings.ts';
import { namesFiles } from '../../config/taking.ts';
import { ImError, reasonOf, type Clock, type Log, type Transport } from '../../contract/index.ts';
import { settledWithin } from '../../kernel/within.ts';
import type { Mover, PartNews, Ready } from './ready.ts';

interface Around {
  readonly transports: readonly { readonly name: string; readonly component: Transport }[];
  readonly instances: readonly Instance[];
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<Limits, 'startTimeout'>;
}

interface Tried {
  readonly news: PartNews;
  readonly after?: Instance;
  readonly commit?: () => void;
}

export class TransportsMover implements Mover {
  readonly #around: Around;
  #instances: readonly Instance[];

  constructor(around: Around) {
    this.#around = around;
    this.#instances = around.instances;
  }

  async prepare({ transports }: { readonly transports: readonly Instance[] }): Promise<Ready> {
    const tried = await Promise.all(transports.map((after) => this.#try(after)));
    const known = tried.filter((one) => one !== undefined);
    return {
      news: known.map(({ news }) => news),
      commit: () => {
        this.#instances = transports;
        for (const one of known) this.#commit(one);
        return Promise.resolve();
      },
      discard: () => Promise.resolve(),
    };
  }

  /** Undefined: there is nothing for it to take up. */
  async #try(after: Instance): Promise<Tried | undefined> {
    const { name: part, config, plugin } = after;
    const before = this.#instances.find(({ name }) => name === part);
    const component = this.#around.transports.find(({ name }) => name === part)?.component;
    const changed = !isDeepStrictEqual(before?.config, config);
    if (!component?.reload || (!changed && !namesFiles(plugin.config, config))) return undefined;
    try {
      const commit = await this.#within(part, (signal) => component.reload?.(config, signal));
      return { news: { part, became: 'new' }, ...(commit && { commit }) };
    } catch (error) {
      return { news: { part, became: changed ? 'failed' : 'kept', ...whyOf(error) } };
    }
  }

  async #within<T>(part: string, run: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
    const { clock, limits } = this.#around;
    const { startTimeout: limitMs } = limits;
    const controller = new AbortController();
    const work = Promise.resolve(run(controller.signal));
    if (await settledWithin(clock, limitMs, work)) return work;
    controller.abort();
    const phase = 'reading its files';
    const limit = 'startTimeout';
    throw new ImError('IM_KERNEL_TIMEOUT', { instance: part, phase, limitMs, limit });
  }

  /** The contract says that it does not fail; a plugin is not ours. */
  #commit({ news, commit }: Tried): void {
    try {
      commit?.();
    } catch (error) {
      this.#around.log.error('a transport did not switch over', {
        part: news.part,
        why: reasonOf(error),
      });
    }
  }
}

/** What a part says of its failure: the first reason, with its code. */
export function whyOf(error: unknown): Pick<PartNews, 'why' | 'code'> {
  const first = error instanceof ImError && error.cause instanceof ImError ? error.cause : error;
  if (!(first instanceof ImError)) return { why: reasonOf(error) };
  return { why: first.message, code: first.code };
}
