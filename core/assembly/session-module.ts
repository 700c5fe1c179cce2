/** Bindings of sessions and of ownership, and nothing else. */
import { ContainerModule } from 'inversify';
import { Shards } from '../cluster/shards.ts';
import { rateOf, turnOf } from '../config/rate-of.ts';
import { deliveryCounters } from '../path/delivery-counters.ts';
import { Reception } from '../path/reception.ts';
import { SentBefore } from '../path/sent-before.ts';
import { Directory } from '../session/directory.ts';
import { Door } from '../session/door.ts';
import { Kicks } from '../session/kicks.ts';
import { Flusher } from '../session/output.ts';
import { Rates } from '../session/rates.ts';
import { sessionCounters } from '../session/session-counters.ts';
import { Wheel } from '../session/wheel.ts';
import { T } from './tokens.ts';

/** How exact session timers are. */
const WHEEL_TICK_MS = 50;

export const sessionModule = new ContainerModule(({ bind }) => {
  bind(T.wheel).toResolvedValue((clock) => new Wheel(clock, WHEEL_TICK_MS), [T.clock]);
  bind(T.directory).toResolvedValue(() => new Directory(), []);
  bind(T.shards).toResolvedValue(
    (persistence, life) => new Shards(persistence, life),
    [T.persistence, T.life],
  );
  bind(T.delivery).toResolvedValue(
    (persistence, conversations, progress, clock, log, limits, metrics, recorder) => {
      const own = { sentBefore: new SentBefore(), counters: deliveryCounters(metrics) };
      return { persistence, conversations, progress, clock, log, limits, recorder, ...own };
    },
    [T.persistence, T.conversations, T.progress, T.clock, T.log, T.limits, T.metrics, T.recorder],
  );
  bind(T.attendance).toResolvedValue(
    (delivery, lanes, shards, answers, questions, signals, presence, attendants, effects) => {
      const { progress, limits, clock } = delivery;
      const rates = new Rates(rateOf(limits, 'messagesPerSecond', 'messagesBurst'), clock);
      const path = { delivery, lanes, shards, answers, questions, signals, presence };
      return { ...path, attendants, effects, progress, rates, limits };
    },
    [
      T.delivery,
      T.lanes,
      T.shards,
      T.answers,
      T.questions,
      T.signals,
      T.presence,
      T.attendants,
      T.effects,
    ],
  );
  bind(T.reception).toResolvedValue(
    (node, authentication, orderings, directory, metrics, attendance, whereabouts) => {
      const { delivery, progress, presence, limits } = attendance;
      const { persistence, clock, log } = delivery;
      const unauthenticated = metrics.counter('im_tokens_refused_total', 'Greetings refused.');
      const who = { node, authentication, orderings, directory, whereabouts };
      const around = { persistence, clock, log, limits, progress, presence };
      return new Reception({ ...who, ...around, unauthenticated, attendance });
    },
    [T.node, T.authentication, T.orderings, T.directory, T.metrics, T.attendance, T.whereabouts],
  );
  bind(T.door).toResolvedValue(
    (clock, log, bounds, wheel, directory, random, metrics, reception, lease) =>
      new Door({
        clock,
        log,
        get limits() {
          return bounds.terms;
        },
        wheel,
        directory,
        random,
        reception,
        flusher: new Flusher((run) => clock.soon(run), turnOf(bounds.now), lease),
        counters: sessionCounters(metrics),
        kicks: new Kicks(log),
        left: (session) => reception.leave(session),
      }),
    [T.clock, T.log, T.bounds, T.wheel, T.directory, T.random, T.metrics, T.reception, T.lease],
  );
});
