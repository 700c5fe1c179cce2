/** Bindings of what a batch needs before it is kept: its state, and its places. */
import { ContainerModule } from 'inversify';
import { sealWith } from '../kernel/seal.ts';
import { Placement } from '../path/placement.ts';
import { Recall } from '../path/recall.ts';
import { RecentAnswers } from '../path/recent-answers.ts';
import { T } from './tokens.ts';

export const placingModule = new ContainerModule(({ bind }) => {
  bind(T.recent).toResolvedValue(
    (cached, persistence, clock, random) =>
      new RecentAnswers({ ...cached, persistence, clock, random, sealWith }),
    [T.cached, T.persistence, T.clock, T.random],
  );
  bind(T.recall).toResolvedValue(
    (persistence, conversations, recent) => new Recall(persistence, conversations, recent),
    [T.persistence, T.conversations, T.recent],
  );
  bind(T.placement).toResolvedValue(
    (orderings, log, metrics) =>
      new Placement({
        orderings,
        log,
        failed: metrics.counter(
          'im_placings_failed_total',
          'Batches without places, by reason.',
          'reason',
        ),
      }),
    [T.orderings, T.log, T.metrics],
  );
});
