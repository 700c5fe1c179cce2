/** Consumers may come and go; those that stay keep their places in the log. */
import type { ConsumerInstance } from '../../config/settings.ts';
import type { Consuming, Effects } from '../../path/effects.ts';
import type { Supervisor } from '../../kernel/supervisor.ts';
import { rankOf } from '../ranks.ts';
import type { Consumed, Made } from '../watched.ts';
import { Crew } from './crew.ts';

interface Around {
  readonly supervisor: Supervisor;
  readonly effects: Effects;
  /** Of the consumers that are there from the beginning. */
  readonly consuming: readonly Consuming[];
  readonly make: (instance: ConsumerInstance) => Made<Consumed>;
  readonly consume: (consumed: Consumed) => Consuming;
}

export function consumersCrew(crew: readonly Made<Consumed>[], around: Around) {
  const { supervisor, effects, make, consume } = around;
  let here: ReadonlyMap<string, Consuming> = byName(around.consuming);
  let opened: ReadonlyMap<string, Consuming> = new Map();
  const last = new Map(crew.map(({ as }) => [as.name, as]));

  const open = async (came: readonly Consumed[]): Promise<void> => {
    opened = byName(came.filter(({ name }) => !here.has(name)).map(consume));
    for (const one of opened.values()) await effects.open(one);
  };
  const drop = async (): Promise<void> => {
    const all = [...opened.values()];
    opened = new Map();
    await Promise.all(all.map(({ consumption }) => consumption.stop()));
  };
  const exchange = async (all: readonly Consumed[]): Promise<void> => {
    const next = all.map(({ name }) => (here.get(name) ?? opened.get(name)) as Consuming);
    const gone = [...here.values()].filter((one) => !next.includes(one));
    const followed = all.filter((one) => here.has(one.name) && last.get(one.name) !== one);
    const ends = followed.map((one) => here.get(one.name)?.follow(one));
    here = byName(next);
    opened = new Map();
    last.clear();
    for (const one of all) last.set(one.name, one);
    effects.exchange(next);
    await Promise.all([...ends, ...gone.map(({ consumption }) => consumption.stop())]);
  };
  return new Crew<ConsumerInstance, Consumed>(crew, {
    supervisor,
    rank: rankOf('consumers'),
    instancesOf: ({ consumers }) => consumers,
    make,
    open,
    drop,
    exchange,
  });
}

function byName(consuming: readonly Consuming[]): ReadonlyMap<string, Consuming> {
  return new Map(consuming.map((one) => [one.name, one]));
}
