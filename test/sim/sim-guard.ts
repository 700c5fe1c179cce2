/** A guard of the simulated world: what it says of a message hangs on the message alone. */
import {
  definePlugin,
  type Guard,
  type GuardedMessage,
  type GuardVerdict,
  type Plugin,
} from 'im-kernel/contract';
import type { Ailments } from './ailments.ts';
import { lotOf, type GuardPlan } from './effects-plan.ts';
import type { HistoryRecorder } from './history.ts';
import type { Life } from './life.ts';
import type { Guarded } from './node-history.ts';
import type { Prng } from './prng.ts';
import type { Situations } from './situations.ts';

export interface SimGuardParts {
  readonly plan: GuardPlan;
  /** Which life of the node it is. */
  readonly lifeNumber: number;
  readonly life: Life;
  readonly prng: Prng;
  readonly ailments: Ailments;
  readonly recorder: HistoryRecorder;
  readonly situations: Situations;
}

/** How far a slow guard is past its time limit at most, as a multiple of it. */
const SLOWNESS = 3;

type Deed = Pick<Guarded, 'verdict' | 'to'>;

class SimGuard implements Guard {
  readonly #parts: SimGuardParts;

  constructor(parts: SimGuardParts) {
    this.#parts = parts;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }

  look(message: GuardedMessage): GuardVerdict | Promise<GuardVerdict> {
    const { plan, ailments, life, prng } = this.#parts;
    const trouble = ailments.of(plan.name);
    if (trouble === 'hangs') {
      this.#note(message, this.#failed(message));
      return new Promise(() => undefined);
    }
    if (trouble === 'throws' || trouble === 'ill-formed') return this.#fail(message, trouble);
    const lateMs = trouble === 'slow' ? prng.next() * plan.timeLimit * SLOWNESS : 0;
    const afterMs = prng.exponential(plan.lookMs) + lateMs;
    if (afterMs === 0) return this.#say(message, this.#judge(message));
    const { promise, resolve } = Promise.withResolvers<GuardVerdict>();
    // At the limit itself both may win; a look of just that time is not tried.
    if (afterMs >= plan.timeLimit) this.#note(message, this.#failed(message));
    life.after(afterMs, () => {
      const deed = this.#judge(message);
      resolve(afterMs < plan.timeLimit ? this.#say(message, deed) : verdictOf(deed));
    });
    return promise;
  }

  #fail(message: GuardedMessage, trouble: 'throws' | 'ill-formed'): GuardVerdict {
    this.#note(message, this.#failed(message));
    if (trouble === 'throws') throw new Error('the guard is ill');
    return { is: 'perhaps' } as unknown as GuardVerdict;
  }

  #failed(message: GuardedMessage): Deed {
    return { verdict: 'failed', to: textOf(message) };
  }

  #judge(message: GuardedMessage): Deed {
    const { name, refuses, changes } = this.#parts.plan;
    const lot = lotOf(name, message.id);
    const text = textOf(message);
    if (lot < refuses) return { verdict: 'refuse', to: text };
    if (lot > 1 - changes) return { verdict: 'change', to: `${text} (${name})` };
    return { verdict: 'allow', to: text };
  }

  #say(message: GuardedMessage, deed: Deed): GuardVerdict {
    this.#note(message, deed);
    return verdictOf(deed);
  }

  #note(message: GuardedMessage, deed: Deed): void {
    const { recorder, plan, situations, lifeNumber: life } = this.#parts;
    const { id } = message;
    const what = { guard: plan.name, life, id, from: textOf(message) };
    recorder.add({ type: 'guarded', ...what, ...deed });
    situations.add(`guard: ${deed.verdict}`);
  }
}

function textOf({ body }: GuardedMessage): string {
  return Buffer.from(body).toString('utf8');
}

function verdictOf({ verdict, to }: Deed): GuardVerdict {
  if (verdict === 'refuse') return { is: 'refuse', detail: 'the guard will not have it' };
  if (verdict === 'change') return { is: 'change', body: Buffer.from(to) };
  return { is: 'allow' };
}

export function simGuard(parts: SimGuardParts): Plugin<'guard'> {
  return definePlugin({
    contract: 1,
    role: 'guard',
    type: 'simulated',
    summary: 'A guard of the simulated world.',
    stability: 'experimental',
    config: {},
    create: () => new SimGuard(parts),
  });
}
