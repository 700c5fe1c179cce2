/** Bindings of what stands before and behind the log: guards, consumers, retention. */
import { ContainerModule } from 'inversify';
import type { Lease } from '../cluster/lease.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Limits } from '../config/limits.ts';
import type { Health, Persistence } from '../contract/index.ts';
import { ConsumerCursors } from '../path/consumer-cursors.ts';
import { ConsumerHealth } from '../path/consumer-health.ts';
import { Consumption } from '../path/consumption.ts';
import { DeadLetters } from '../path/dead-letters.ts';
import { LetterActs } from '../path/letter-acts.ts';
import { Effects, type Consuming } from '../path/effects.ts';
import { Guarding } from '../path/guarding.ts';
import { Replay } from '../path/replay.ts';
import { Retention } from '../path/retention.ts';
import { RetentionCursors } from '../path/retention-cursors.ts';
import type { FlightRecorder } from '../path/trace/flight-recorder.ts';
import { Tracing } from '../path/trace/tracing.ts';
import { lendRegister } from './lend-register.ts';
import { T } from './tokens.ts';
import type { Consumed } from './watched.ts';

/** What the consumptions of a node share. */
export interface ConsumptionSurroundings {
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly lease: Lease;
  readonly limits: Limits;
  readonly recorder: FlightRecorder;
}

/** What hands the entries over to a consumer, and to those that follow it under its name. */
export function consuming(consumed: Consumed, around: ConsumptionSurroundings): Consuming {
  const { persistence, shards, lease, limits, recorder } = around;
  const { name, consumer, settings, host } = consumed;
  let { report } = consumed;
  let said: Health = { state: 'running' };
  const tell = (news: Health): void => {
    said = news;
    report(news);
  };
  const { clock, random, log, metrics } = host;
  const register = lendRegister(persistence);
  const deadLetters = new DeadLetters(register, name);
  const health = new ConsumerHealth({ name, clock, log, metrics, report: tell });
  const consumption = new Consumption({
    consumer,
    settings,
    persistence,
    shards,
    lease,
    clock,
    random,
    log,
    deadLetters,
    cursors: new ConsumerCursors({ consumer: name, register, clock, log, limits, lease }),
    health,
    note: (hop, entry, nowMs) => recorder.consumed(hop, name, entry, nowMs),
  });
  const owner = { persistence, shards, lease, clock };
  const letterActs = new LetterActs({ name, consumption, deadLetters, health, ...owner });
  const follow: Consuming['follow'] = (next) => {
    ({ report } = next);
    report(said);
    return consumption.exchange(next.consumer, next.settings);
  };
  return { name, consumption, deadLetters, letterActs, follow };
}

export const effectsModule = new ContainerModule(({ bind }) => {
  bind(T.guarding).toResolvedValue(
    (guards, clock, limits) => new Guarding({ guards, clock, limits }),
    [T.guards, T.clock, T.limits],
  );
  bind(T.effects).toResolvedValue(
    (consumers, clock, replay) => new Effects(consumers, clock, replay),
    [T.consuming, T.clock, T.replay],
  );
  bind(T.consuming).toResolvedValue(
    (consumers, around) => consumers.map((one) => consuming(one, around)),
    [T.consumers, T.consumption],
  );
  bind(T.consumption).toResolvedValue(
    (persistence, shards, lease, limits, recorder) => {
      return { persistence, shards, lease, limits, recorder };
    },
    [T.persistence, T.shards, T.lease, T.limits, T.recorder],
  );
  bind(T.replay).toResolvedValue(
    ({ rule }, persistence, directory, clock, log, metrics, limits) =>
      new Replay({
        rule,
        persistence,
        clock,
        log,
        metrics,
        get most() {
          return limits.replayLook;
        },
        isHere: (user) => directory.isHere(user),
      }),
    [T.failover, T.persistence, T.directory, T.clock, T.log, T.metrics, T.limits],
  );
  bind(T.tracing).toResolvedValue(
    (node, recorder, persistence, shards, directory, progress, effects, clock) => {
      const readers = { persistence, shards, directory, progress, effects };
      return new Tracing({ ...readers, node, recorder, clock });
    },
    [T.node, T.recorder, T.persistence, T.shards, T.directory, T.progress, T.effects, T.clock],
  );
  bind(T.retention).toResolvedValue(
    (chat, limits, persistence, shards, conversations, effects, clock, metrics, report) =>
      new Retention({
        keepMs: chat.keepBodies ?? Infinity,
        limits,
        persistence,
        shards,
        conversations,
        effects,
        cursors: new RetentionCursors(lendRegister(persistence)),
        clock,
        metrics,
        report: (health) => report('retention', health),
      }),
    [
      T.chat,
      T.limits,
      T.persistence,
      T.shards,
      T.conversations,
      T.effects,
      T.clock,
      T.metrics,
      T.report,
    ],
  );
});
