/** The light stream to one member: it is opened again when it ends, where that can help. */
import type { Target } from '../../core/admin/client/admin-client.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { outlookOf, SLOWLY_MS } from '../../core/admin/client/outlook.ts';
import type { EventView, Lost } from '../../core/admin/protocol/index.ts';
import { lostText } from '../../core/admin/lost-text.ts';
import type { Action } from '../model/state.ts';
import { problemOf } from './problem-of.ts';
import type { Admin, Surroundings } from './surroundings.ts';

interface Around extends Surroundings {
  readonly dispatch: (action: Action) => void;
}

const INTERVAL_MS = 500;
const BACKOFF_LEAST_MS = 100;
const BACKOFF_MOST_MS = 2_000;
const EVENTS_AT_ONCE = 200;
const EVENTS_KNOWN_MAX = 4_000;

export class Member {
  readonly target: Target;
  readonly #around: Around;
  readonly #admin: Admin;
  #cancel: (() => void) | undefined;
  #failures = 0;
  /** Ids of events that were told: the past is asked for while the stream runs. */
  readonly #known = new Set<string>();
  #newest: string | undefined;

  constructor(target: Target, around: Around) {
    this.target = target;
    this.#around = around;
    this.#admin = around.connect(target);
  }

  start(): void {
    const link = this.target.name;
    const { dispatch } = this.#around;
    dispatch({ kind: 'trying', link });
    const input = {
      topic: ['overview', 'cluster'],
      intervalMs: INTERVAL_MS,
      events: 'yes' as const,
    };
    let heard = false;
    const hear = (): void => {
      this.#failures = 0;
      if (!heard) void this.#past();
      heard = true;
    };
    this.#cancel = this.#admin.watch(input, {
      frame: (frame) => {
        hear();
        dispatch({ kind: 'frame', link, frame });
      },
      beat: (beat) => {
        hear();
        dispatch({ kind: 'beat', link, beat });
      },
      event: (event) => this.#tell(event),
      lost: (lost) => this.#show(missing(lost)),
      closed: (problem) => this.#closed(problem),
    });
  }

  restart(): void {
    this.stop();
    this.#failures = 0;
    this.start();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #closed(problem: AdminProblem): void {
    const { now, after, dispatch, random } = this.#around;
    const outlook = outlookOf(problem);
    const soonest = Math.min(BACKOFF_LEAST_MS * 2 ** this.#failures, BACKOFF_MOST_MS);
    // From half to all of it, so that many terminals do not come at once.
    const waitMs = (outlook === 'slowly' ? SLOWLY_MS : soonest) * (0.5 + random() / 2);
    this.#failures++;
    const closed = { kind: 'closed', link: this.target.name, problem: problemOf(problem) } as const;
    if (outlook === 'never') return dispatch({ ...closed, retryAt: undefined });
    this.#cancel = after(waitMs, () => this.start());
    dispatch({ ...closed, retryAt: now() + waitMs });
  }

  /** What happened before the stream began, or while there was none. */
  async #past(): Promise<void> {
    const after = this.#newest;
    try {
      const asked = { limit: EVENTS_AT_ONCE, ...(after !== undefined && { after }) };
      const { events, lost, missing: count } = await this.#admin.ask('events', asked);
      const [first] = events;
      if (lost && after !== undefined && first) this.#show(missing({ at: first.at, count }));
      for (const event of events) this.#tell(event);
    } catch {
      // The stream goes on; if the node is gone, it says so.
    }
  }

  #tell(event: EventView): void {
    if (this.#known.has(event.id)) return;
    this.#known.add(event.id);
    this.#newest = event.id;
    if (this.#known.size > EVENTS_KNOWN_MAX) {
      const [oldest = ''] = this.#known;
      this.#known.delete(oldest);
    }
    this.#show(event);
  }

  #show(event: EventView): void {
    this.#around.dispatch({ kind: 'event', link: this.target.name, event });
  }
}

/** A line among the events. */
function missing({ at, count }: Lost): EventView {
  return { id: `lost.${at}.${count}`, at, level: 'warn', message: lostText(count), fields: {} };
}
