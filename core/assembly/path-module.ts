/** Bindings of the message path, and nothing else. */
import { ContainerModule } from 'inversify';
import { turnOf } from '../config/rate-of.ts';
import { Answers } from '../path/answers.ts';
import { Fanout } from '../path/fanout.ts';
import { Keeping } from '../path/keeping.ts';
import { Lanes } from '../path/lanes.ts';
import { MessagePath } from '../path/message-path.ts';
import { Offers } from '../path/offers.ts';
import { T } from './tokens.ts';

export const pathModule = new ContainerModule(({ bind }) => {
  bind(T.answers).toResolvedValue(
    (limits, persistence, metrics, clock, recorder) =>
      new Answers({
        limits,
        clock,
        recorder,
        durability: () => persistence.guarantees.durability,
        accepted: metrics.counter('im_commands_accepted_total', 'Commands accepted and kept.'),
        repeated: metrics.counter('im_commands_repeated_total', 'Repeats answered.'),
        refused: metrics.counter('im_commands_refused_total', 'Commands refused, by code.', 'code'),
        retried: metrics.counter('im_commands_retried_total', 'Answers to repeated sendings.'),
      }),
    [T.limits, T.persistence, T.metrics, T.clock, T.recorder],
  );
  bind(T.keeping).toResolvedValue(
    (persistence, shards, conversations, clock, log, metrics, recorder) =>
      new Keeping({
        persistence,
        shards,
        conversations,
        clock,
        log,
        recorder,
        counters: {
          kept: metrics.counter('im_entries_kept_total', 'Entries kept.'),
          failed: metrics.counter(
            'im_appends_failed_total',
            'Appends not kept, by reason.',
            'reason',
          ),
          commitMs: metrics.histogram('im_commit_ms', 'From append to its answer.'),
          batchEntries: metrics.histogram('im_batch_entries', 'Entries per batch.'),
        },
      }),
    [T.persistence, T.shards, T.conversations, T.clock, T.log, T.metrics, T.recorder],
  );
  bind(T.fanout).toResolvedValue(
    (conversations, attendants, presence, effects, limits, clock) => {
      const offers = new Offers({ attendants, clock, bound: turnOf(limits) });
      return new Fanout({ conversations, offers, presence, effects, limits });
    },
    [T.conversations, T.attendants, T.presence, T.effects, T.limits, T.clock],
  );
  bind(T.path).toResolvedValue(
    (clock, rules, recall, guarding, placement, keeping, answers, fanout, recent) => {
      const steps = { recall, guarding, placement, keeping, answers, fanout, recent };
      return new MessagePath({ clock, rules, ...steps });
    },
    [T.clock, T.rules, T.recall, T.guarding, T.placement, T.keeping, T.answers, T.fanout, T.recent],
  );
  bind(T.lanes).toResolvedValue(
    (clock, log, limits, path, answers, broken) =>
      new Lanes({
        clock,
        log,
        limits,
        travel: (batch, held) => path.travel(batch, held),
        refuseForNow: (handed, code) => answers.refuseForNow(handed, code),
        broken,
      }),
    [T.clock, T.log, T.limits, T.path, T.answers, T.broken],
  );
});
