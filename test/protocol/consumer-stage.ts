/** A stage with one consumer, `hook`, that writes into a notebook. */
import { ImError, type Persistence } from 'im-kernel/contract';
import type { ConsumerSettings } from '../../core/config/role-settings.ts';
import type { ConsumerInstance } from '../../core/config/settings.ts';
import { aConsumer, Notebook } from './effects-stage.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';

export const TALK = 'd/ann/bob';

export interface Played {
  readonly stage: Stage;
  readonly notebook: Notebook;
}

export async function play(
  settings: Partial<ConsumerSettings> = {},
  options: StageOptions = {},
): Promise<Played> {
  const notebook = new Notebook();
  const consumers = [aConsumer('hook', notebook.consume, settings)];
  return { notebook, stage: await openStage({ ...options, consumers }) };
}

export async function say(
  stage: Stage,
  texts: readonly string[],
  conversation = TALK,
): Promise<void> {
  const ann = await stage.join('ann');
  for (const text of texts) await ann.accepted(ann.send(conversation, text));
}

/** `TALK 1`, `TALK 2` … */
export function upTo(last: number, conversation = TALK): string[] {
  return Array.from({ length: last }, (_, at) => `${conversation} ${at + 1}`);
}

/** A store that is opened again by later stages, as after a restart. */
export function lasting(): Pick<StageOptions, 'between'> {
  let kept: Persistence | undefined;
  return { between: (store) => (kept ??= store) };
}

/** The consumer as it was, under the same name. */
export function again(notebook: Notebook): readonly ConsumerInstance[] {
  return [aConsumer('hook', notebook.consume)];
}

/** The store's register, with writes that are refused while it is `away`. */
export function inBetweenRegister(
  store: Persistence,
  away: () => boolean,
): Persistence['register'] {
  return {
    read: (key) => store.register.read(key),
    list: (...about) => store.register.list(...about),
    compareAndSet: (...about) =>
      away()
        ? Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }))
        : store.register.compareAndSet(...about),
  };
}
