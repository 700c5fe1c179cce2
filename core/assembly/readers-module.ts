/** Bindings of what reads the log for people: progress, presence, questions, signals. */
import { ContainerModule } from 'inversify';
import { rateOf } from '../config/rate-of.ts';
import { Attendants } from '../path/attendants.ts';
import { Conversations } from '../path/conversations.ts';
import { Presence } from '../path/presence.ts';
import { Progress } from '../path/progress.ts';
import { Questions } from '../path/questions.ts';
import { Receipts } from '../path/receipts.ts';
import { Signals } from '../path/signals.ts';
import { Rates } from '../session/rates.ts';
import { T } from './tokens.ts';

export const readersModule = new ContainerModule(({ bind }) => {
  bind(T.conversations).toResolvedValue(
    (persistence, limits) => new Conversations(persistence, limits),
    [T.persistence, T.limits],
  );
  bind(T.attendants).toResolvedValue((directory) => new Attendants(directory), [T.directory]);
  bind(T.receipts).toResolvedValue(
    (directory, persistence, log, metrics) => {
      const sent = metrics.counter('im_receipts_sent_total', 'RECEIPTs sent.');
      return new Receipts(directory, persistence, log, sent);
    },
    [T.directory, T.persistence, T.log, T.metrics],
  );
  bind(T.progress).toResolvedValue(
    (persistence, clock, log, limits, receipts, conversations, directory, recorder) =>
      new Progress({
        persistence,
        clock,
        log,
        limits,
        recorder,
        onKept: (moves) => receipts.tell(moves),
        freed: () => {
          for (const session of directory.sessions) session.resume();
        },
        unpin: (conversation) => conversations.unpin(conversation),
      }),
    [T.persistence, T.clock, T.log, T.limits, T.receipts, T.conversations, T.directory, T.recorder],
  );
  bind(T.presence).toResolvedValue(
    (directory, persistence, progress, clock, log, limits) =>
      new Presence({ directory, persistence, progress, clock, log, limits }),
    [T.directory, T.persistence, T.progress, T.clock, T.log, T.limits],
  );
  bind(T.questions).toResolvedValue(
    (persistence, conversations, presence, progress, limits, log, metrics) =>
      new Questions({
        persistence,
        conversations,
        presence,
        progress,
        limits,
        log,
        refused: metrics.counter(
          'im_questions_refused_total',
          'Questions refused, by code.',
          'code',
        ),
      }),
    [T.persistence, T.conversations, T.presence, T.progress, T.limits, T.log, T.metrics],
  );
  bind(T.signals).toResolvedValue(
    (directory, conversations, clock, limits, log, metrics) =>
      new Signals({
        directory,
        conversations,
        limits,
        log,
        rates: new Rates(rateOf(limits, 'signalsPerSecond', 'signalsPerSecond'), clock),
        dropped: metrics.counter(
          'im_signals_dropped_total',
          'Signals not passed on, by reason.',
          'reason',
        ),
      }),
    [T.directory, T.conversations, T.clock, T.limits, T.log, T.metrics],
  );
});
