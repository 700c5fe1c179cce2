/** Bindings of what a batch needs before it is kept: its state, and its places. */
import { ContainerModule } from 'inversify';
import { Placement } from '../path/placement.ts';
import { Recall } from '../path/recall.ts';
import { T } from './tokens.ts';

export const placingModule = new ContainerModule(({ bind }) => {
  bind(T.recall).toResolvedValue(
    (persistence, conversations) => new Recall(persistence, conversations),
    [T.persistence, T.conversations],
  );
  bind(T.placement).toResolvedValue(
    (orderings, log, metrics) =>
      new Placement({
        orderings,
        log,
        failed: metrics.counter('im_placings_failed_total', 'Batches without places, by reason.'),
      }),
    [T.orderings, T.log, T.metrics],
  );
});
