/** Bindings of what stands before and behind the log: guards and consumers. */
import { ContainerModule } from 'inversify';
import type { Shards } from '../cluster/shards.ts';
import type { Limits } from '../config/limits.ts';
import type { Persistence } from '../contract/index.ts';
import { ConsumerCursors } from '../path/consumer-cursors.ts';
import { ConsumerHealth } from '../path/consumer-health.ts';
import { Consumption } from '../path/consumption.ts';
import { DeadLetters } from '../path/dead-letters.ts';
import { Effects, type Consuming } from '../path/effects.ts';
import { Guarding } from '../path/guarding.ts';
import { T } from './tokens.ts';
import type { Consumed } from './watched.ts';

interface Around {
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly limits: Limits;
}

function consuming(consumed: Consumed, { persistence, shards, limits }: Around): Consuming {
  const { name, consumer, settings, host, report } = consumed;
  const { clock, random, log, metrics } = host;
  // Looked up when it is used: it may not exist before the start.
  const register = {
    read: (key: string) => persistence.register.read(key),
    compareAndSet: (key: string, expected: string | undefined, next: string) =>
      persistence.register.compareAndSet(key, expected, next),
    list: (prefix: string, after: string, limit: number) =>
      persistence.register.list(prefix, after, limit),
  };
  const everyMs = limits.progressEvery;
  const deadLetters = new DeadLetters(register, name);
  const consumption = new Consumption({
    consumer,
    settings,
    persistence,
    shards,
    clock,
    random,
    log,
    deadLetters,
    cursors: new ConsumerCursors({ consumer: name, register, clock, log, everyMs }),
    health: new ConsumerHealth({ clock, log, metrics, report }),
  });
  return { name, consumption, deadLetters };
}

export const effectsModule = new ContainerModule(({ bind }) => {
  bind(T.guarding).toResolvedValue(
    (guards, clock, limits) => new Guarding({ guards, clock, limits }),
    [T.guards, T.clock, T.limits],
  );
  bind(T.effects).toResolvedValue(
    (consumers, persistence, shards, clock, limits) => {
      const around = { persistence, shards, limits };
      return new Effects(
        consumers.map((one) => consuming(one, around)),
        clock,
      );
    },
    [T.consumers, T.persistence, T.shards, T.clock, T.limits],
  );
});
