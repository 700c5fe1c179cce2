/** `im tail`: what happens on a node, line by line, and on after a break from where it was. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '../../core/admin/client/admin-client.ts';
import type { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { outlookOf, SLOWLY_MS } from '../../core/admin/client/outlook.ts';
import type { EventView } from '../../core/admin/protocol/index.ts';
import { lostText } from '../../core/admin/lost-text.ts';
import { ImError } from '../../core/contract/index.ts';
import { safeText } from '../chat-text.ts';
import { EXIT, type Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { report } from '../report.ts';
import { eventLine } from './event-line.ts';
import { clientOf } from './target.ts';
import type { WhereOptions } from './where.ts';

export interface TailOptions extends WhereOptions {
  readonly level: EventView['level'];
  readonly part?: string;
  readonly text?: string;
  /** How many of the past, first. */
  readonly lines: string;
  readonly json?: boolean;
}

const AGAIN_MS = 1_000;
const PAST_MAX = 1_000;

export async function tail(options: TailOptions, io: Io): Promise<number> {
  try {
    const lines = Number(options.lines);
    if (!Number.isInteger(lines) || lines < 0 || lines > PAST_MAX) {
      const why = `--lines must be 0 to ${PAST_MAX}, not ${options.lines}`;
      throw new ImError('IM_ADMIN_INPUT', { why });
    }
    const client = await clientOf(options, io);
    const { level } = options;
    const { events } = await client.ask('events', { level, limit: Math.max(1, lines) }, io.end);
    const tailing = new Tailing(client, options, io);
    for (const event of events) tailing.take(event, lines > 0);
    await tailing.run();
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

class Tailing {
  readonly #client: AdminClient;
  readonly #options: TailOptions;
  readonly #io: Io;
  #after: string | undefined;
  /** Why nothing comes just now: a code. */
  #why: string | undefined;

  constructor(client: AdminClient, options: TailOptions, io: Io) {
    this.#client = client;
    this.#options = options;
    this.#io = io;
  }

  take(event: EventView, isShown = true): void {
    this.#after = event.id;
    const { part, text, json } = this.#options;
    const line = eventLine(event);
    const fits =
      (part === undefined || (event.part ?? 'kernel') === part) &&
      (text === undefined || line.toLowerCase().includes(text.toLowerCase()));
    if (isShown && fits) this.#io.out(json === true ? jsonLine(event) : line);
  }

  /** Until it is interrupted; rejects with a refusal that lasts. */
  async run(): Promise<void> {
    const { end } = this.#io;
    for (;;) {
      const problem = await this.#watch();
      if (!problem) return;
      const outlook = outlookOf(problem);
      if (outlook === 'never') throw problem;
      const againMs = outlook === 'soon' ? AGAIN_MS : SLOWLY_MS;
      this.#away(problem, againMs);
      await sleep(againMs, undefined, { signal: end }).catch(() => undefined);
    }
  }

  /** Said once for each reason. */
  #away({ code, message, act }: AdminProblem, againMs: number): void {
    if (this.#why === code) return;
    this.#why = code;
    const every = againMs === AGAIN_MS ? 'each second' : `every ${againMs / 1_000} s`;
    this.#io.err(safeText(`${code} ${message}; asking again ${every}`));
    if (act !== undefined && againMs !== AGAIN_MS) this.#io.err(safeText(act));
  }

  /** Why it is over; undefined: it was interrupted. */
  #watch(): Promise<AdminProblem | undefined> {
    const { end } = this.#io;
    if (end?.aborted === true) return Promise.resolve(undefined);
    const { level } = this.#options;
    const after = this.#after;
    const input = { events: 'yes', level, ...(after !== undefined && { after }) } as const;
    return new Promise((resolve) => {
      const over = (problem?: AdminProblem): void => {
        end?.removeEventListener('abort', ended);
        resolve(problem);
      };
      const cancel = this.#client.watch(input, {
        frame: () => undefined,
        event: (event) => this.take(event),
        lost: ({ count }) => this.#io.err(lostText(count)),
        beat: () => this.#back(),
        closed: over,
      });
      const ended = (): void => {
        cancel();
        over();
      };
      end?.addEventListener('abort', ended);
    });
  }

  #back(): void {
    if (this.#why !== undefined) this.#io.err('it answers again');
    this.#why = undefined;
  }
}
