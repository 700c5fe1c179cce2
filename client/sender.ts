/** The way of a command out: kept in the outbox, sent, sent again, and answered. */
import { encodeFrame } from '../core/wire/frame-buffer.ts';
import type { Accepted, Act, Refused, Send, Welcome } from '../core/wire/frames.ts';
import { conversationOf } from './addressing.ts';
import type { Cancel, ClientClock, ClientRandom } from './clock.ts';
import { PendingHandle } from './command-handle.ts';
import type { Counts } from './counts.ts';
import { ClientError } from './errors.ts';
import type { Events } from './events.ts';
import type { Journal } from './journal.ts';
import type { ClientLimits } from './limits.ts';
import { type Entry, OutboxQueue, type Unnumbered } from './outbox-queue.ts';
import type { Command, OutboxState } from './outbox.ts';
import { Retransmitter, type Timing } from './retransmitter.ts';
import type { Session } from './session.ts';

/** A command as the application gives it: neither conversation nor number may be known yet. */
export type Draft = Unnumbered extends infer U
  ? U extends Unnumbered
    ? Omit<U, 'conversation'> & { readonly to: string }
    : never
  : never;

export interface SenderSettings {
  readonly clock: ClientClock;
  readonly random: ClientRandom;
  readonly limits: ClientLimits;
  readonly journal: Journal;
  readonly counts: Counts;
  readonly events: Events;
  /** Makes the handle of a command that an earlier client left in the outbox. */
  readonly handle: (id: string) => PendingHandle;
}

export interface Connected {
  readonly session: Session;
  readonly welcome: Welcome;
  /** What HELLO named as pending. */
  readonly asked: readonly string[];
  readonly newLog: boolean;
}

/** No frame of this command can be longer. */
function atMostBytes(command: Command): number {
  if (command.type === 'send')
    return 512 + 3 * (command.mediaType?.length ?? 0) + command.body.length;
  const users = (command.user ?? []).reduce((bytes, user) => bytes + 3 * user.length + 4, 0);
  return 512 + 3 * (command.action.length + (command.title?.length ?? 0)) + users;
}

export class Sender {
  readonly #settings: SenderSettings;
  readonly #queue: OutboxQueue;
  readonly #retransmitter: Retransmitter;
  readonly #handles = new Map<string, PendingHandle>();
  /**
   * Not numbered yet, because the outbox is not read or the own name not known. First come, first
   * numbered.
   */
  #drafts: { draft: Draft; handle: PendingHandle }[] = [];
  #loaded = false;
  #self: string | undefined;
  #session: Session | undefined;
  #cancelWake: Cancel | undefined;

  constructor(settings: SenderSettings) {
    this.#settings = settings;
    this.#queue = new OutboxQueue((entries) => this.#renumbered(entries));
    this.#retransmitter = new Retransmitter({
      clock: settings.clock,
      random: settings.random,
      limits: settings.limits,
      counts: settings.counts,
      queue: this.#queue,
      ping: () => this.#session?.ping(),
      heardMs: () => this.#session?.heardMs ?? 0,
      resend: (entry) => this.#put(entry),
      giveUp: () => this.#session?.giveUp('the server does not answer'),
    });
  }

  get timing(): Timing {
    return this.#retransmitter.timing;
  }

  get unanswered(): PendingHandle[] {
    return [...this.#handles.values()];
  }

  /** `self`: the own user name, if it is known. */
  load(state: OutboxState, self: string | undefined): void {
    for (const { command } of this.#queue.load(state)) {
      const handle = this.#settings.handle(command.id);
      this.#handles.set(command.id, handle);
      handle.conversation = command.conversation;
      handle.number = command.number;
    }
    this.#loaded = true;
    this.#self = self;
    this.#number();
  }

  /** Takes a command; throws ClientError `not-sent` if the outbox is full. */
  send(draft: Draft, handle: PendingHandle): void {
    const { unanswered } = this.#settings.limits;
    if (this.#handles.size >= unanswered) {
      throw new ClientError('not-sent', `${unanswered} commands have no answer yet`);
    }
    this.#handles.set(handle.id, handle);
    this.#drafts.push({ draft, handle });
    this.#number();
  }

  pending(limit: number): string[] {
    return this.#queue.pending(limit);
  }

  connected({ session, welcome, asked, newLog }: Connected): void {
    this.#self = welcome.user;
    const { known = [], window } = welcome;
    this.#retransmitter.connected(welcome.retransmitMs, welcome.retransmitTries);
    this.#queue.connected({ known, asked, newLog, window }, this.#settings.clock.monotonic());
    this.#number();
    // Last, so that nothing is sent before every conversation's numbers are sorted out.
    this.#session = session;
    this.#pump();
  }

  /** True if the server has commands that it has not answered on this connection. */
  get owed(): boolean {
    return this.#queue.oldest() !== undefined;
  }

  /** The server takes nothing new; what it owes may still be answered. */
  pause(): void {
    this.#session = undefined;
    this.#retransmitter.disconnected();
  }

  disconnected(): void {
    this.pause();
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#queue.disconnected();
  }

  accepted(frame: Accepted): PendingHandle | undefined {
    const entry = this.#queue.accepted(frame, this.#settings.clock.monotonic());
    if (entry === undefined) return undefined;
    this.#settings.counts.accepted += 1;
    this.#retransmitter.answered(entry, frame.attempt);
    this.#retransmitter.settled();
    const handle = this.#forget(entry.command.id);
    handle?.accept(frame);
    this.#pump();
    return handle;
  }

  refused(frame: Refused): void {
    const { clock, counts } = this.#settings;
    const refusal = this.#queue.refused(frame, clock.monotonic());
    if (refusal === undefined) return;
    this.#retransmitter.answered(refusal.entry, frame.attempt);
    if (refusal.outcome === 'final') {
      counts.refused += 1;
      this.#retransmitter.settled();
      this.#refused(refusal.entry.command.id, frame);
    } else if (refusal.outcome === 'later') this.#putOff(refusal.entry.command.id, frame);
    this.#pump();
  }

  #putOff(id: string, { code, detail }: Refused): void {
    const { counts, events } = this.#settings;
    counts.passingRefusals += 1;
    const handle = this.#handles.get(id);
    if (handle) events.emit('put-off', { handle, code, detail });
  }

  /**
   * Told only when the outbox holds it: a client that forgot the refusal in a crash would ask
   * again, and might hear another answer.
   */
  #refused(id: string, { code, detail }: Refused): void {
    this.#settings.journal.add({ change: 'remove', id }, () => {
      const handle = this.#handles.get(id);
      this.#handles.delete(id);
      handle?.refuse(code, detail);
    });
  }

  /** The client ends: nobody will hear the answers of what is left. */
  close(): void {
    this.disconnected();
    this.#drafts = [];
    for (const handle of this.#handles.values()) handle.abandon();
    this.#handles.clear();
  }

  /** Gives numbers to the drafts, as far as their conversations can be told. */
  #number(): void {
    while (this.#loaded) {
      const [first] = this.#drafts;
      if (first === undefined) return;
      const { to, ...rest } = first.draft;
      const place = conversationOf(to, this.#self);
      if (place === undefined) return;
      this.#drafts.shift();
      if (place === 'invalid') this.#refuse(first.handle, 'invalid', `no such name: ${to}`);
      else this.#keep([this.#queue.add({ ...rest, ...place })]);
    }
  }

  #renumbered(entries: readonly Entry[]): void {
    this.#settings.counts.renumbered += entries.length;
    this.#keep(entries);
  }

  #keep(entries: readonly Entry[]): void {
    const changes = entries.map((entry) => {
      const { command } = entry;
      const handle = this.#handles.get(command.id);
      if (handle !== undefined) {
        handle.conversation = command.conversation;
        handle.number = command.number;
      }
      const kept = (): void => {
        this.#queue.stored(entry, command.number);
        this.#pump();
      };
      return { change: { change: 'put' as const, command }, kept };
    });
    this.#settings.journal.addTogether(changes);
  }

  #pump(): void {
    const session = this.#session;
    if (session === undefined) return;
    const { clock } = this.#settings;
    for (;;) {
      const entry = this.#queue.next(clock.monotonic());
      if (entry === undefined) break;
      if (!this.#fits(entry.command, session)) this.#tooLarge(entry);
      else {
        this.#settings.counts[entry.attempt > 1 ? 'resent' : 'sent'] += 1;
        this.#put(entry);
      }
    }
    this.#retransmitter.arm();
    this.#planWake();
  }

  #put(entry: Entry): void {
    const { command, attempt } = entry;
    const frame: Send | Act = attempt > 1 ? { ...command, attempt } : command;
    this.#session?.send(frame);
  }

  #fits(command: Command, session: Session): boolean {
    const maxBytes = session.maxFrameBytes ?? 0;
    return atMostBytes(command) <= maxBytes || encodeFrame(command).length + 8 <= maxBytes;
  }

  #tooLarge(entry: Entry): void {
    this.#queue.withdraw(entry, this.#settings.clock.monotonic());
    const handle = this.#forget(entry.command.id);
    if (handle !== undefined) this.#refuse(handle, 'too-large');
  }

  #refuse(handle: PendingHandle, code: string, detail?: string): void {
    this.#settings.counts.refused += 1;
    this.#handles.delete(handle.id);
    handle.refuse(code, detail);
  }

  #forget(id: string): PendingHandle | undefined {
    const handle = this.#handles.get(id);
    this.#handles.delete(id);
    this.#settings.journal.add({ change: 'remove', id });
    return handle;
  }

  #planWake(): void {
    const { clock } = this.#settings;
    const atMs = this.#queue.wakeAtMs;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (atMs === undefined) return;
    this.#cancelWake = clock.after(Math.max(0, atMs - clock.monotonic()), () => {
      this.#cancelWake = undefined;
      this.#queue.wake(clock.monotonic());
      this.#pump();
    });
  }
}
