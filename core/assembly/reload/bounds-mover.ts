/** Limits and the level of the log: there is nothing to try in them. */
import type { LiveLimits } from '../../config/live-limits.ts';
import type { Settings } from '../../config/settings.ts';
import type { NodeLog } from '../../kernel/log.ts';
import type { HttpGateway } from '../http-gateway.ts';
import type { Mover } from './ready.ts';

interface Around {
  /** The settings that run when it begins. */
  readonly first: Settings;
  readonly bounds: LiveLimits;
  readonly log: Pick<NodeLog, 'level'>;
  readonly gateway: HttpGateway | undefined;
}

const done = (): Promise<void> => Promise.resolve();

export function boundsMover({ first, bounds, log, gateway }: Around): Mover {
  let written = first.log.level;
  const commit = ({ limits, log: { level } }: Settings): Promise<void> => {
    bounds.change(limits);
    // The level that an operator chose stays until the file names another.
    if (level !== written) log.level = level;
    written = level;
    gateway?.adapt();
    return Promise.resolve();
  };
  return {
    prepare: (next) => Promise.resolve({ news: [], commit: () => commit(next), discard: done }),
  };
}
