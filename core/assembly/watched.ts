/**
 * Guards, consumers and the cache of answers as they are made: of these the kernel itself says how
 * they do, too.
 */
import type {
  AnswersInstance,
  ConsumerInstance,
  GuardInstance,
  Instance,
} from '../config/settings.ts';
import type { ConsumerSettings } from '../config/role-settings.ts';
import type {
  AnswerCache,
  Authentication,
  Component,
  Consumer,
  Guard,
  Health,
  Host,
} from '../contract/index.ts';
import { joinHealth } from '../kernel/joined-health.ts';
import { lend, type Lent } from '../kernel/lent-host.ts';
import type { Guarded } from '../path/guarding.ts';
import type { Cached } from '../path/recent-answers.ts';

/** A consumer with what the kernel needs around it. */
export interface Consumed {
  readonly name: string;
  readonly consumer: Consumer;
  readonly settings: ConsumerSettings;
  readonly host: Host;
  readonly report: (health: Health) => void;
}

/** A part that may be exchanged, with what made it; `as` is what the kernel uses. */
export interface Made<M> {
  readonly instance: Instance;
  readonly lent: Lent;
  readonly component: Component;
  readonly as: M;
}

/** Nobody hears it yet. */
export function makeGuard(instance: GuardInstance, host: Host): Made<Guarded> {
  const lent = lend(host);
  const as = createGuard(instance, lent.host);
  return { instance, lent, component: as.guard, as };
}

export function makeConsumer(instance: ConsumerInstance, host: Host): Made<Consumed> {
  const lent = lend(host);
  const as = createConsumer(instance, lent.host);
  return { instance, lent, component: as.consumer, as };
}

export function makeAuthentication(instance: Instance, host: Host): Made<Authentication> {
  const lent = lend(host);
  const as = instance.plugin.create(instance.config, lent.host) as Authentication;
  return { instance, lent, component: as, as };
}

interface Watched {
  readonly component: Component;
  readonly report: (health: Health) => void;
}

function create({ plugin, config }: Instance, host: Host): Watched {
  const health = joinHealth((said) => host.report(said));
  const component = plugin.create(config, { ...host, report: health.plugin });
  return { component, report: health.kernel };
}

function createGuard(instance: GuardInstance, host: Host): Guarded {
  const { component, report } = create(instance, host);
  const { metrics, log } = host;
  return {
    name: instance.name,
    guard: component as Guard,
    settings: instance.added,
    report: {
      verdicts: metrics.counter('guard_verdicts_total', 'Verdicts, by kind.', 'verdict'),
      failures: metrics.counter(
        'guard_failures_total',
        'Looks without a verdict, by reason.',
        'reason',
      ),
      lookMs: metrics.histogram('guard_look_ms', 'From a message to its verdict.'),
      log,
      health: report,
    },
  };
}

function createConsumer(instance: ConsumerInstance, host: Host): Consumed {
  const { component, report } = create(instance, host);
  const consumer = component as Consumer;
  return { name: instance.name, consumer, settings: instance.added, host, report };
}

export function createAnswers(instance: AnswersInstance, host: Host): Cached {
  const { component, report } = create(instance, host);
  const { metrics, log } = host;
  const waiting = 'Answers waiting to be handed over.';
  return {
    cache: component as AnswerCache,
    settings: instance.added,
    report: {
      looks: metrics.counter(
        'answers_looks_total',
        'Answers looked for, by what came of it.',
        'outcome',
      ),
      puts: metrics.counter(
        'answers_puts_total',
        'Answers to hand over, by what became of them.',
        'outcome',
      ),
      recallMs: metrics.histogram('answers_recall_ms', 'From the question to what it knows.'),
      log,
      pending: (read) => metrics.gauge('answers_pending', waiting, read),
      health: report,
    },
  };
}
