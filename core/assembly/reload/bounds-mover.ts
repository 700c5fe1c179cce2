/** Limits and the level of the log: there is nothing to try in them. */
import type { LiveLimits } from '../../config/live-limits.ts';
import type { Settings } from '../../config/settings.ts';
import type { NodeLog } from '../../kernel/log.ts';
import type { HttpGateway } from '../http-gateway.ts';
import type { Mover } from './ready.ts';

interface Around {
  readonly bounds: LiveLimits;
  readonly log: Pick<NodeLog, 'level'>;
  readonly gateway: HttpGateway | undefined;
}

const done = (): Promise<void> => Promise.resolve();

export function boundsMover({ bounds, log, gateway }: Around): Mover {
  const commit = ({ limits, log: { level } }: Settings): Promise<void> => {
    bounds.change(limits);
    log.level = level;
    gateway?.adapt();
    return Promise.resolve();
  };
  return {
    prepare: (next) => Promise.resolve({ news: [], commit: () => commit(next), discard: done }),
  };
}
