/** What of a node can be exchanged while it runs, and the reload over all of it. */
import type { GuardInstance, Instance, Settings } from '../../config/settings.ts';
import type { Authentication, Host, Transport } from '../../contract/index.ts';
import type { PartHealth } from '../../kernel/health.ts';
import type { Consuming, Effects } from '../../path/effects.ts';
import type { Guarded, Guarding } from '../../path/guarding.ts';
import type { Foundation, Means } from '../foundation.ts';
import type { HttpGateway } from '../http-gateway.ts';
import { rankOf } from '../ranks.ts';
import {
  makeAuthentication,
  makeConsumer,
  makeGuard,
  type Consumed,
  type Made,
} from '../watched.ts';
import { boundsMover } from './bounds-mover.ts';
import { consumersCrew } from './consumers-crew.ts';
import { Crew } from './crew.ts';
import type { CurrentAuthentication } from './current-authentication.ts';
import type { Mover } from './ready.ts';
import { Reload } from './reload.ts';
import { TransportsMover } from './transports-mover.ts';

/** The parts that may be exchanged, as the node begins with them. */
export interface FirstCrew {
  readonly authentication: Made<Authentication>;
  readonly guards: readonly Made<Guarded>[];
  readonly consumers: readonly Made<Consumed>[];
}

export function createCrew(settings: Settings, hostOf: (name: string) => Host): FirstCrew {
  const { authentication, guards, consumers } = settings;
  const crew = {
    authentication: makeAuthentication(authentication, hostOf(authentication.name)),
    guards: guards.map((one) => makeGuard(one, hostOf(one.name))),
    consumers: consumers.map((one) => makeConsumer(one, hostOf(one.name))),
  };
  const all = [crew.authentication, ...crew.guards, ...crew.consumers];
  for (const { lent } of all) lent.open();
  return crew;
}

interface Around {
  readonly base: Foundation;
  readonly crew: FirstCrew;
  readonly authentication: CurrentAuthentication;
  readonly guarding: Guarding;
  readonly effects: Effects;
  readonly consuming: readonly Consuming[];
  readonly consume: (consumed: Consumed) => Consuming;
  readonly transports: readonly { readonly name: string; readonly component: Transport }[];
  readonly gateway: HttpGateway | undefined;
  readonly notNow: () => string | undefined;
}

export function createReload(settings: Settings, means: Means, around: Around): Reload {
  const { base, crew, guarding, authentication } = around;
  const { supervisor, hostOf } = base;
  const movers: readonly Mover[] = [
    new Crew<Instance, Authentication>([crew.authentication], {
      supervisor,
      rank: rankOf('authentication'),
      instancesOf: (next) => [next.authentication],
      make: (one) => makeAuthentication(one, hostOf(one.name)),
      exchange: async ([next]) => {
        if (next) await authentication.exchange(next);
      },
    }),
    new Crew<GuardInstance, Guarded>(crew.guards, {
      supervisor,
      rank: rankOf('guards'),
      instancesOf: ({ guards }) => guards,
      make: (one) => makeGuard(one, hostOf(one.name)),
      exchange: (all) => guarding.exchange(all),
    }),
    consumersCrew(crew.consumers, {
      ...around,
      supervisor,
      make: (one) => makeConsumer(one, hostOf(one.name)),
    }),
    ...plainMovers(settings, means, around),
  ];
  return reloadOver(settings, means, { base, movers, notNow: around.notNow });
}

/** What a program has that serves no messages: transports, a gateway, bounds. */
export function plainMovers(
  settings: Settings,
  { clock }: Means,
  around: Pick<Around, 'base' | 'transports' | 'gateway'>,
): readonly Mover[] {
  const { transports, gateway } = around;
  const { bounds, log } = around.base;
  const instances = settings.transports;
  return [
    new TransportsMover({ transports, instances, clock, log, limits: bounds.now }),
    boundsMover({ first: settings, bounds, log, gateway }),
  ];
}

/** Why nothing of a program that starts all of its parts at once can be exchanged. */
export function unsettled(states: readonly PartHealth[]): string | undefined {
  const found = states.find(({ state }) => state !== 'running' && state !== 'degraded');
  return found && `${found.name} is ${found.state}`;
}

interface Over {
  readonly base: Foundation;
  readonly movers: readonly Mover[];
  readonly notNow: () => string | undefined;
}

export function reloadOver(settings: Settings, { random }: Means, over: Over): Reload {
  const { base, movers, notNow } = over;
  const { log, metrics } = base;
  const help = 'Reloads of the configuration, by outcome.';
  const reloads = metrics.counter('im_reloads_total', help, 'outcome');
  return new Reload(settings, { movers, notNow, random, log, reloads });
}
