/**
 * A reader with its network, server and application in virtual time: deliveries late, lost and
 * twice, a history that answers after a while, handlers that take theirs, crashes of the reader.
 */
import type { Entry, Gap, Reason, ReorderLimits } from '../../../client/reorder-buffer.ts';
import { ReorderBuffer } from '../../../client/reorder-buffer.ts';
import type { Deliver } from '../../../core/wire/frames.ts';
import { aDelivery } from './fake-world.ts';

/** gone: neither the server nor its history has it any more. */
export type Fate = 'comes' | 'twice' | 'lost' | 'gone' | 'own';

export interface PlannedEntry {
  /** Between it and the one before, as the log takes them. */
  readonly gapMs: number;
  /** From the sender to the log: what makes its order lower than its position says. */
  readonly lagMs: number;
  /** From the log to the reader. */
  readonly delayMs: number;
  readonly fate: Fate;
}

export interface Plan {
  readonly entries: readonly PlannedEntry[];
  /** By position, or by the stamp of the sender. */
  readonly order: 'position' | 'stamp';
  readonly raw: boolean;
  /** The window from a time on; the first one from the beginning. */
  readonly windows: readonly { readonly atMs: number; readonly windowMs: number }[];
  /** No more is sent while so many are not acknowledged. */
  readonly waitingMost: number;
  readonly handlerMs: number;
  readonly historyMs: number;
  /** The reader loses all but what it has acknowledged. */
  readonly crashesMs: readonly number[];
  /** It knows how far that was; else only the server does. */
  readonly remembers: boolean;
  readonly limits: ReorderLimits;
}

export interface Shown {
  readonly position: number;
  readonly order: number;
  readonly late: boolean;
  readonly atMs: number;
  /** Which process of the reader showed it. */
  readonly process: number;
}

const RESEND_MS = 1_000;
/** Nothing takes longer: a reader that is not done by then is stuck. */
const END_MS = 10_000_000;

const ROOMY: ReorderLimits = { heldPerConversation: 1_000, asidePerConversation: 1_000 };

export const CALM: Omit<Plan, 'entries'> = {
  order: 'stamp',
  raw: false,
  windows: [{ atMs: 0, windowMs: 100 }],
  waitingMost: Infinity,
  handlerMs: 0,
  historyMs: 30,
  crashesMs: [],
  remembers: true,
  limits: ROOMY,
};

export class ReorderRig {
  readonly log: readonly Deliver[];
  readonly shown: Shown[] = [];
  readonly notes: Record<Reason, number> = {
    held: 0,
    released: 0,
    late: 0,
    pulled: 0,
    passed: 0,
    left: 0,
    repeat: 0,
  };
  /** When each first was at the reader: delivered, or read from the history. */
  readonly hereMs = new Map<number, number>();
  readonly pulled = new Set<number>();
  /** What RECEIVED has told. */
  mark = 0;
  /** And what it had told when each process of the reader began. */
  readonly marks = [0];
  /** The most that the buffer ever had in it. */
  heldMost = 0;
  asideMost = 0;
  readonly #plan: Plan;
  readonly #events: { atMs: number; serial: number; run: () => void }[] = [];
  readonly #handled = new Set<number>();
  #serial = 0;
  #nowMs = 0;
  #process = 0;
  /** When this process came; -1: it was there from the beginning. */
  #begunMs = -1;
  #windowMs = 0;
  #buffer: ReorderBuffer;
  #pulling = false;
  #showing = false;

  /** `log`: what was kept, if not what the plan says of it. */
  constructor(plan: Plan, log: readonly Deliver[] = logOf(plan)) {
    this.#plan = plan;
    this.log = log;
    this.#buffer = this.#newBuffer();
    for (const { atMs, windowMs } of plan.windows) {
      this.#at(atMs, () => {
        this.#windowMs = windowMs;
      });
    }
    for (const [index, { delayMs, fate: how }] of plan.entries.entries()) {
      const delivery = this.log[index]!;
      const atMs = delivery.acceptedAt + delayMs;
      const arrive = (): void => {
        // What was on its way to a process that is gone was sent again to the next one.
        if (delivery.acceptedAt > this.#begunMs) this.#arrive(delivery);
      };
      if (how === 'comes' || how === 'twice') this.#at(atMs, arrive);
      if (how === 'twice') this.#at(atMs + delayMs, arrive);
    }
    for (const atMs of plan.crashesMs) this.#at(atMs, () => this.#crash());
    this.#at(RESEND_MS, () => this.#resend());
  }

  /** Everything that the reader must come to see. */
  get expected(): Deliver[] {
    return this.log.filter((_, index) => !['own', 'gone'].includes(this.#fate(index)));
  }

  /** To the end. Throws if the reader is stuck, or acknowledges what it has not handled. */
  run(): this {
    for (;;) {
      const next = this.#events.sort((a, b) => a.atMs - b.atMs || a.serial - b.serial).shift();
      if (next === undefined) return this;
      if (next.atMs > END_MS) throw new Error(`stuck at ${this.mark} of ${this.log.length}`);
      this.#nowMs = next.atMs;
      next.run();
      this.#turn();
    }
  }

  #fate(index: number): Fate {
    return this.#plan.entries[index]!.fate;
  }

  #at(atMs: number, run: () => void): void {
    this.#serial += 1;
    this.#events.push({ atMs, serial: this.#serial, run });
  }

  #newBuffer(): ReorderBuffer {
    const window = (): number => this.#windowMs;
    return new ReorderBuffer({
      limits: this.#plan.limits,
      raw: this.#plan.raw,
      start: this.#plan.remembers ? this.mark : undefined,
      note: (reason) => {
        this.notes[reason] += 1;
      },
      hold: {
        get windowMs() {
          return window();
        },
        get gapMs() {
          return window();
        },
        maxMs: 1_000,
        waitingMost: this.#plan.waitingMost,
        sample: () => undefined,
      },
    });
  }

  #arrive(delivery: Deliver): void {
    this.#isHere(delivery);
    this.#buffer.arrive(delivery, this.#nowMs);
    this.#watch();
  }

  #isHere({ position }: Deliver): void {
    if (!this.hereMs.has(position)) this.hereMs.set(position, this.#nowMs);
  }

  /** What has come and was neither shown nor left to the server again is in the buffer. */
  #watch(): void {
    const { held, aside } = this.#buffer.sizes;
    this.heldMost = Math.max(this.heldMost, held);
    this.asideMost = Math.max(this.asideMost, aside);
  }

  /** The server sends the oldest again that is not acknowledged. */
  #resend(): void {
    const oldest = this.expected.find(({ position }) => position > this.mark);
    if (oldest === undefined) return;
    if (oldest.acceptedAt < this.#nowMs) this.#arrive({ ...oldest, again: 1 });
    this.#at(this.#nowMs + RESEND_MS, () => this.#resend());
  }

  #crash(): void {
    this.#process += 1;
    this.#begunMs = this.#nowMs;
    this.marks.push(this.mark);
    this.#buffer = this.#newBuffer();
    this.#pulling = false;
    this.#showing = false;
    this.#handled.clear();
    const { log, mark } = this;
    for (const [index, delivery] of log.entries()) {
      const comes = ['comes', 'twice'].includes(this.#fate(index));
      if (!comes || delivery.position <= mark || delivery.acceptedAt > this.#nowMs) continue;
      this.#arrive({ ...delivery, again: 1 });
    }
  }

  #turn(): void {
    const gap = this.#pulling ? undefined : this.#buffer.gap(this.#nowMs);
    if (gap !== undefined) {
      this.#pulling = true;
      this.#atInProcess(this.#plan.historyMs, () => this.#pull(gap));
    }
    this.#show();
    const wakeAtMs = this.#buffer.wakeAtMs(this.#nowMs);
    if (wakeAtMs !== undefined) this.#at(wakeAtMs, () => undefined);
  }

  #atInProcess(delayMs: number, run: () => void): void {
    const process = this.#process;
    this.#at(this.#nowMs + delayMs, () => {
      if (process === this.#process) run();
    });
  }

  #pull(gap: Gap): void {
    this.#pulling = false;
    const { after } = gap;
    if (after === undefined) {
      this.#buffer.begin(this.mark);
      return;
    }
    for (const [index, item] of this.log.entries()) {
      if (item.position <= after || item.position >= gap.before) continue;
      if (this.#fate(index) === 'gone') continue;
      if (!this.hereMs.has(item.position)) this.pulled.add(item.position);
      this.#isHere(item);
      const room = this.#buffer.pull(item, this.#fate(index) === 'own', this.#nowMs);
      this.#watch();
      if (!room) return;
    }
    this.#buffer.pass(gap);
    this.#watch();
  }

  #show(): void {
    while (!this.#showing) {
      const entry = this.#buffer.due(this.#nowMs);
      if (entry === undefined) return;
      const { position, order } = entry.delivery;
      const late = this.#buffer.show(entry);
      this.shown.push({ position, order, late, atMs: this.#nowMs, process: this.#process });
      if (this.#plan.handlerMs === 0) this.#done(entry);
      else {
        this.#showing = true;
        this.#atInProcess(this.#plan.handlerMs, () => {
          this.#showing = false;
          this.#done(entry);
        });
      }
    }
  }

  #done(entry: Entry): void {
    this.#handled.add(entry.delivery.position);
    const before = this.mark;
    this.mark = this.#buffer.handled(entry) ?? before;
    if (this.mark < before) throw new Error('the mark fell');
    for (const { position } of this.expected) {
      if (position > before && position <= this.mark && !this.#handled.has(position)) {
        throw new Error(`${this.mark} is acknowledged, but ${position} was not handled`);
      }
    }
  }
}

function logOf({ entries: planned, order }: Plan): Deliver[] {
  let [acceptedAt, previous] = [0, 0];
  return planned.map(({ gapMs, lagMs, fate: how }, index) => {
    acceptedAt += gapMs;
    const position = index + 1;
    const stamp = (1_000 + acceptedAt - lagMs) * 1_000 + position;
    const delivery = aDelivery(position, {
      previous,
      acceptedAt,
      order: order === 'position' ? position : stamp,
    });
    if (how !== 'own') previous = position;
    return delivery;
  });
}
