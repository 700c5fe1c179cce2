/** Carries out the verbs on the node that runs. It knows no HTTP; who may do what stands here. */
import { ImError, reasonOf, type Clock, type ErrorCode, type Log } from '../../contract/index.ts';
import type { Settings } from '../../config/settings.ts';
import type { Change, ClusterStatus, Operator } from '../operator.ts';
import type { ActView } from '../protocol/index.ts';
import {
  VERBS,
  type Input,
  type Output,
  type Part,
  type Permission,
  type VerbName,
} from '../verbs.ts';
import type { Acts } from './acts.ts';
import { CHANGE_LIMIT_MS, changeOwner, type Changed } from './change.ts';
import type { Events, Level } from './events.ts';
import type { Glance, Looking, Running } from './inside.ts';
import { lookCluster } from './look-cluster.ts';
import { lookConfig } from './look-config.ts';
import { conversationDetail, conversationList } from './look-conversations.ts';
import { actOnLetter, deadLetterDetail, deadLetterList } from './look-dead-letters.ts';
import { lookOverview, ratedOf, type Rated } from './look-overview.ts';
import { pluginDetail, pluginRows } from './look-plugins.ts';
import { SessionLook } from './look-sessions.ts';
import { lookOrdering, lookStore } from './look-store.ts';
import { lookTrace } from './look-trace.ts';
import { Rates } from './rates.ts';
import { listed } from './rows.ts';
import { Series } from './series.ts';
import { SharedLooks } from './shared-looks.ts';

/** Who asks. */
export interface Admin {
  readonly name: string;
  readonly may: Permission;
}

export interface DeskSurroundings {
  readonly clock: Clock;
  /** What runs here. */
  readonly part: Part;
  readonly settings: () => Settings;
  /** Stands for them: who has seen others has seen another hash. */
  readonly hash: () => string;
  /** The program that runs; undefined: there is none just now. */
  readonly running: () => Running | undefined;
  readonly events: Events;
  readonly acts: Acts;
  /** Acts are told there, too; what it writes is among the events. */
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly setLevel: (level: Level) => void;
  readonly reload: (input: Input<'reload'>) => Promise<Output<'reload'>>;
}

const REFUSAL_EVERY_MS = 60_000;

type Doing = { readonly [N in VerbName]: (input: Input<N>) => Promise<Output<N>> };

export class Desk {
  readonly #around: DeskSurroundings;
  readonly #rates: Rates<Rated>;
  readonly #sessions = new SessionLook();
  readonly #shared: SharedLooks;
  /** By admin: when a refusal of theirs was recorded. */
  readonly #refusedMs = new Map<string, number>();
  readonly #startedAt: number;
  readonly #doing: Doing;

  constructor(around: DeskSurroundings) {
    this.#around = around;
    this.#shared = new SharedLooks(around.clock);
    this.#startedAt = around.clock.now();
    this.#rates = new Rates(around.clock, () => {
      const running = around.running();
      return running && ratedOf(new Series(running.metrics.snapshot()));
    });
    this.#doing = this.#verbs();
  }

  start(): void {
    this.#rates.start();
  }

  stop(): void {
    this.#rates.stop();
  }

  get events(): Events {
    return this.#around.events;
  }

  /** A view for a stream, shared with who asks for the same just now. */
  watch<N extends VerbName>(name: N, input: Input<N>, who: Admin): Promise<unknown> {
    const key = `${name} ${JSON.stringify(input)}`;
    return this.#shared.of(key, () => this.perform(name, input, who));
  }

  /** Rejects with ImError: what keeps it from being done, or that `who` may not. */
  async perform<N extends VerbName>(name: N, input: Input<N>, who: Admin): Promise<Output<N>> {
    const { permission, parts } = VERBS[name];
    const { part } = this.#around;
    if (!parts.includes(part)) throw new ImError('IM_ADMIN_NO_NODE', { verb: name, part });
    const doing: (input: Input<N>) => Promise<Output<N>> = this.#doing[name];
    if (permission === 'read') return doing(input);
    const { acts, clock } = this.#around;
    const act = { who: who.name, verb: name, input: { ...input } };
    if (who.may !== 'operate') {
      const error = new ImError('IM_ADMIN_RIGHTS', { verb: name, who: who.name });
      // One in so long: who may only read must not push what others did out of the record.
      if (this.#mayNoteRefusal(who)) {
        await this.#noteEnd({ ...act, at: clock.now(), outcome: 'refused', error: error.code });
      }
      throw error;
    }
    await acts.note({ ...act, at: clock.now(), outcome: 'asked' }).catch((error: unknown) => {
      const why = `the record of acts cannot be written: ${reasonOf(error)}`;
      throw new ImError('IM_ADMIN_AWAY', { why }, { cause: error });
    });
    try {
      const done = await doing(input);
      await this.#noteEnd({ ...act, at: clock.now(), outcome: 'done' });
      return done;
    } catch (error) {
      const outcome = isRefusal(error) ? 'refused' : 'failed';
      await this.#noteEnd({ ...act, at: clock.now(), outcome, error: reasonOf(error) });
      throw error;
    }
  }

  #mayNoteRefusal({ name }: Admin): boolean {
    const nowMs = this.#around.clock.monotonic();
    const notedMs = this.#refusedMs.get(name) ?? -Infinity;
    if (nowMs - notedMs < REFUSAL_EVERY_MS) return false;
    this.#refusedMs.set(name, nowMs);
    return true;
  }

  /** It has happened, or has not: a record that cannot be written changes nothing of that. */
  async #noteEnd(act: ActView): Promise<void> {
    const { log } = this.#around;
    const { at: _at, error: why, ...what } = act;
    if (act.outcome === 'done') log.info(`an operator did: ${act.verb}`, what);
    else log.warn(`an operator asked in vain: ${act.verb}`, { ...what, why });
    await this.#around.acts.note(act).catch((error: unknown) => {
      const { verb, outcome } = act;
      const fields = { verb, outcome, why: reasonOf(error) };
      log.error('the record of acts cannot be written', fields);
    });
  }

  get #glance(): Glance {
    const { clock, part, running, settings } = this.#around;
    const now = running();
    if (!now) throw between();
    const aside = now.inside ?? now.aside ?? {};
    const times = { nowMs: clock.monotonic(), now: clock.now() };
    return { part, running: now, aside, settings: settings(), ...times };
  }

  get #looking(): Looking {
    const glance = this.#glance;
    const { inside } = glance.running;
    if (!inside) throw between();
    return { ...glance, inside };
  }

  #change(
    { running }: Looking,
    change: Change,
    ask: (asked: () => void) => Promise<void>,
  ): Promise<Changed> {
    const { clock, running: runningNow } = this.#around;
    const status = async (): Promise<ClusterStatus> => operatorOf(this.#looking).status();
    return changeOwner(change, ask, { clock, status, isHere: () => runningNow() === running });
  }

  #verbs(): Doing {
    const { events, acts, settings, hash, setLevel, reload } = this.#around;
    const rates = this.#rates;
    const look =
      <I, O>(view: (looking: Looking, input: I) => O | Promise<O>) =>
      async (input: I): Promise<O> =>
        view(this.#looking, input);
    const glance =
      <I, O>(view: (seen: Glance, input: I) => O | Promise<O>) =>
      async (input: I): Promise<O> =>
        view(this.#glance, input);
    const process = { startedAt: this.#startedAt, life: events.life };
    return {
      overview: glance((seen) => lookOverview(seen, rates, process)),
      sessions: look((looking, input) => this.#sessions.list(looking, input)),
      'session disconnect': look(disconnect),
      conversations: look(conversationList),
      'conversation show': look((looking, { id }) => conversationDetail(looking, id)),
      trace: look(lookTrace),
      plugins: glance((seen, input) => listed(pluginRows(seen), input)),
      'plugin show': glance((seen, { name }) => pluginDetail(seen, name)),
      'dead-letters': look(deadLetterList),
      'dead-letter show': look(deadLetterDetail),
      'dead-letter retry': look((looking, place) => actOnLetter(looking, 'retry', place)),
      'dead-letter discard': look((looking, place) => actOnLetter(looking, 'discard', place)),
      store: look((looking) => lookStore(looking, rates)),
      ordering: glance(lookOrdering),
      cluster: glance(lookCluster),
      'cluster switchover': look((looking, change) => {
        const operator = operatorOf(looking);
        const ask = (asked: () => void) => operator.switchover(change, CHANGE_LIMIT_MS, asked);
        return this.#change(looking, change, ask);
      }),
      'cluster takeover': look((looking, { force, ...change }) => {
        const operator = operatorOf(looking);
        const ask = (asked: () => void) => operator.takeover(change, force, asked);
        return this.#change(looking, change, ask);
      }),
      events: async ({ after, level, limit }) => events.since(after, level, limit),
      acts: async ({ limit }) => ({ acts: [...(await acts.last(limit))] }),
      'log level': async ({ level }) => {
        setLevel(level);
        return { level };
      },
      config: async ({ filter }) => lookConfig(settings(), hash(), filter ?? ''),
      reload,
    };
  }
}

/** The caller's mistake, or that of the moment: nothing is broken. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'IM_CLUSTER_EPOCH',
  'IM_CLUSTER_NONE',
  'IM_SWITCHOVER_REFUSED',
  'IM_CONFIG_INVALID',
  'IM_RELOAD_BUSY',
  'IM_RELOAD_REFUSED',
]);

function between(): ImError {
  return new ImError('IM_ADMIN_AWAY', { why: 'it is between two lives' });
}

function isRefusal(error: unknown): boolean {
  return error instanceof ImError && (error.kind === 'peer' || REFUSALS.has(error.code));
}

function disconnect({ inside }: Looking, { id }: Input<'session disconnect'>) {
  const session = [...inside.directory.sessions].find((one) => one.id === id);
  if (!session) throw new ImError('IM_ADMIN_UNKNOWN', { what: 'session', id });
  const { user, device } = session;
  session.leave('shutting-down');
  return { id, user, device };
}

function operatorOf({ inside, settings }: Looking): Operator {
  if (inside.operator) return inside.operator;
  throw new ImError('IM_CLUSTER_NONE', { file: settings.file, what: 'a change of the owner' });
}
