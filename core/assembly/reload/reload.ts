/**
 * Takes up other settings while the program runs: what can be tried is tried, and then all of it
 * changes in one moment or nothing does. Connections stay.
 */
import { difference, type Change } from '../../config/difference.ts';
import { instancesOf, type Settings } from '../../config/settings.ts';
import { misfits, taken } from '../../config/taken.ts';
import { ImError, type Counter, type Log, type Random } from '../../contract/index.ts';
import { sealWith } from '../../kernel/seal.ts';
import type { Mover, PartNews, Ready } from './ready.ts';
import { ReloadRefused } from './reload-refused.ts';
import { whyOf } from './transports-mover.ts';

export interface ReloadOptions {
  /** Only tries, and says what would change. */
  readonly dryRun?: boolean;
  /** The `hash` of the settings that the operator has seen; others refuse it. */
  readonly expect?: string | undefined;
  /** What takes part besides the program's own. */
  readonly also?: readonly Mover[];
}

export interface Reloaded {
  /** False: it was a dry run. */
  readonly applied: boolean;
  /** What the file says otherwise than what ran; of these, `restart` waits for one. */
  readonly changes: readonly Change[];
  /** Parts that had something to do. */
  readonly parts: readonly PartNews[];
  /** Of the settings that run now. */
  readonly hash: string;
}

interface Around {
  readonly movers: readonly Mover[];
  /** Why nothing can be exchanged now; undefined: it can. */
  readonly notNow: () => string | undefined;
  readonly random: Random;
  readonly log: Log;
  /** By outcome. */
  readonly reloads: Counter;
}

const SECRET_BYTES = 32;

export class Reload {
  readonly #around: Around;
  #settings: Settings;
  #secret: string | undefined;
  #busy = false;

  constructor(settings: Settings, around: Around) {
    this.#settings = settings;
    this.#around = around;
  }

  /** What runs: of the last file, what needed no restart. */
  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Stands for the settings that run, secrets too, and tells nothing of them: sealed with a secret
   * of this life.
   */
  get hash(): string {
    this.#secret ??= Buffer.from(this.#around.random.bytes(SECRET_BYTES)).toString('hex');
    return sealWith(this.#secret).of(textOf(this.#settings));
  }

  /**
   * Rejects with IM_RELOAD_BUSY, IM_RELOAD_STALE, or ReloadRefused, which says it part by part;
   * then everything is as it was.
   */
  async run(next: Settings, options: ReloadOptions = {}): Promise<Reloaded> {
    const { reloads } = this.#around;
    try {
      const done = await this.#alone(() => this.#run(next, options));
      reloads.add(1, done.applied ? 'applied' : 'tried');
      return done;
    } catch (error) {
      reloads.add(1, 'refused');
      throw error;
    }
  }

  async #alone<T>(run: () => Promise<T>): Promise<T> {
    if (this.#busy) throw busy('another reload is under way');
    this.#busy = true;
    try {
      return await run();
    } finally {
      this.#busy = false;
    }
  }

  async #run(next: Settings, options: ReloadOptions): Promise<Reloaded> {
    const { dryRun = false, expect, also = [] } = options;
    const { hash } = this;
    if (expect !== undefined && expect !== hash) {
      throw new ImError('IM_RELOAD_STALE', { expected: expect, hash });
    }
    this.#mustBeQuiet();
    const changes = difference(this.#settings, next);
    const running = taken(this.#settings, next);
    const wrong = misfits(running);
    if (wrong.length > 0) throw new ReloadRefused(wrong.join('; '), { changes, parts: [] });
    const movers = [...this.#around.movers, ...also];
    const readies = await Promise.all(movers.map((one) => one.prepare(running)));
    const parts = readies.flatMap(({ news }) => news);
    try {
      mustAllBeWell(parts, changes);
      if (!dryRun) await opened(readies, { parts, changes });
      this.#mustBeQuiet();
    } catch (error) {
      await discarded(readies);
      throw error;
    }
    if (dryRun) {
      await discarded(readies);
      return { applied: false, changes, parts, hash };
    }
    await this.#commit(running, readies);
    this.#tell(changes, parts);
    return { applied: true, changes, parts, hash: this.hash };
  }

  #mustBeQuiet(): void {
    const why = this.#around.notNow();
    if (why !== undefined) throw busy(why);
  }

  async #commit(running: Settings, readies: readonly Ready[]): Promise<void> {
    this.#settings = running;
    const ends = readies.map((one) => one.commit());
    await Promise.all(ends);
  }

  /** Paths only: a value may be nobody's to read. */
  #tell(changes: readonly Change[], parts: readonly PartNews[]): void {
    const { log } = this.#around;
    const paths = (how: Change['how']): readonly string[] =>
      changes.filter((one) => one.how === how).map(({ path }) => path);
    log.info('reloaded', { live: paths('live'), waits: paths('restart') });
    for (const { part, became, why } of parts) {
      if (became === 'kept') log.warn('a part goes on with what it had', { part, why });
    }
  }
}

function mustAllBeWell(parts: readonly PartNews[], changes: readonly Change[]): void {
  const failed = parts.filter(({ became }) => became === 'failed');
  if (failed.length === 0) return;
  const why = failed.map(({ part, why: reason }) => `${part}: ${reason}`).join('; ');
  throw new ReloadRefused(why, { changes, parts });
}

async function opened(
  readies: readonly Ready[],
  so: { readonly parts: readonly PartNews[]; readonly changes: readonly Change[] },
): Promise<void> {
  try {
    for (const one of readies) await one.open?.();
  } catch (error) {
    throw new ReloadRefused(whyOf(error).why ?? '', so);
  }
}

async function discarded(readies: readonly Ready[]): Promise<void> {
  await Promise.all(readies.map((one) => one.discard()));
}

function busy(why: string): ImError {
  return new ImError('IM_RELOAD_BUSY', { why });
}

/** Everything that the file can say, in one sequence. */
function textOf(settings: Settings): string {
  const { node, cluster, gateway, admin, chat, log, limits } = settings;
  const parts = instancesOf(settings).map(({ name, role, type, config, added }) => {
    return [name, role, type, config, added];
  });
  return JSON.stringify([node, cluster, gateway, admin, chat, log, limits, parts]);
}
