/** Puts the parts of a client together: who is told what, from the first connection to the end. */
import type { Moved, Welcome } from '../core/wire/frames.ts';
import { uuidV7 } from '../core/wire/uuid.ts';
import { Acknowledger } from './acknowledger.ts';
import { PendingHandle } from './command-handle.ts';
import { newCounts } from './counts.ts';
import { Dialer } from './dialer.ts';
import { ClientError, reasonOf } from './errors.ts';
import { type ClientState, Events, type StateWords } from './events.ts';
import { Journal } from './journal.ts';
import type { ClientSettings } from './options.ts';
import type { OutboxState } from './outbox.ts';
import { Questions } from './questions.ts';
import { Receipts } from './receipts.ts';
import { Receiver } from './receiver.ts';
import { Sender } from './sender.ts';
import type { Session, SessionFrame } from './session.ts';

/** Octets of chance in an id. */
const ID_RANDOM_BYTES = 10;

export class Engine {
  readonly counts = newCounts();
  readonly events = new Events();
  readonly questions: Questions;
  readonly sender: Sender;
  readonly acknowledger: Acknowledger;
  readonly receiver: Receiver;
  readonly #settings: ClientSettings;
  readonly #receipts: Receipts;
  readonly #journal: Journal;
  readonly #dialer: Dialer;
  readonly #welcome = Promise.withResolvers<void>();
  #session: Session | undefined;
  #state: ClientState = 'connecting';
  #user: string | undefined;
  /** What the outbox says, once it is read. */
  #known: Pick<OutboxState, 'user' | 'device' | 'log'> | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: ClientSettings) {
    const { clock, random, limits, outbox } = settings;
    const { counts, events } = this;
    this.#settings = settings;
    this.#user = settings.user;
    this.ready.catch(() => undefined);
    const journal = new Journal({
      clock,
      outbox,
      retryMs: limits.outboxRetryMs,
      onFailure: (error) => this.#outboxFailed(error),
    });
    this.#journal = journal;
    const handle = (id: string): PendingHandle => this.#handle(id);
    this.sender = new Sender({ clock, random, limits, journal, counts, events, handle });
    this.questions = new Questions({ clock, limits, send: (frame) => this.#session?.send(frame) });
    const { questions } = this;
    this.#receipts = new Receipts({ events, questions, self: () => this.#user });
    this.acknowledger = new Acknowledger({
      clock,
      journal,
      counts,
      questions,
      marksRepeated: limits.marksRepeated,
      readable: (conversation, position) => this.receiver.readable(conversation, position),
    });
    this.receiver = new Receiver({
      clock,
      random,
      limits,
      counts,
      events,
      questions,
      raw: settings.order === 'raw',
      acks: this.acknowledger.acks,
      due: () => this.acknowledger.due(),
      handled: (conversation, position) => this.acknowledger.handled(conversation, position),
      isOwn: ({ from, device }) => from === this.#user && device === settings.device,
    });
    this.#dialer = this.#makeDialer();
    void this.#start();
  }

  get ready(): Promise<void> {
    return this.#welcome.promise;
  }

  get state(): ClientState {
    return this.#state;
  }

  get user(): string | undefined {
    return this.#user;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** The handle of a command to be, under a new id. Throws ClientError `closed`. */
  newHandle(): PendingHandle {
    const { clock, random } = this.#settings;
    if (this.#closing !== undefined) throw new ClientError('closed', 'the client is closed');
    return this.#handle(uuidV7(clock.now(), random.bytes(ID_RANDOM_BYTES)));
  }

  /** Ends everything; resolves when the outbox is written and closed. */
  close(reason?: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #start(): Promise<void> {
    const { outbox, device } = this.#settings;
    let state: OutboxState;
    try {
      state = await outbox.load();
    } catch (cause) {
      this.#stop('outbox', `the outbox cannot be read: ${reasonOf(cause)}`, cause);
      return;
    }
    if (this.#closing !== undefined) return;
    const { user, log } = state;
    if (!this.#belongs(user, state.device, this.#user ?? user ?? '', device)) return;
    this.#known = { user, device: state.device, log };
    this.#user ??= user;
    this.acknowledger.load(state);
    this.receiver.load(state.received);
    this.sender.load(state, this.#user);
    this.#dialer.start();
  }

  /** One outbox, one device: another's commands must never be sent as one's own. */
  #belongs(
    ownerUser: string | undefined,
    ownerDevice: string | undefined,
    user: string,
    device: string,
  ): boolean {
    if (ownerUser === undefined || (ownerUser === user && ownerDevice === device)) return true;
    const why = `the outbox belongs to ${ownerUser} on ${ownerDevice}, not to ${user} on ${device}`;
    this.#stop('outbox', why);
    return false;
  }

  #makeDialer(): Dialer {
    return new Dialer({
      ...this.#settings,
      counts: this.counts,
      pending: (limit) => this.sender.pending(limit),
      whatOf: (query) => this.questions.whatOf(query),
      welcome: (session, frame, asked) => this.#welcomed(session, frame, asked),
      frame: (frame) => this.#take(frame),
      user: () => this.#user,
      moved: () => this.sender.pause(),
      owed: () => this.sender.owed,
      offline: () => this.#offline(),
      state: (state, words) => this.#become(state, words),
      ended: (code, detail) => {
        const why = detail === undefined ? code : `${code} (${detail})`;
        this.#stop('connection', `the server ended the connection: ${why}`, undefined, code);
      },
      fail: (error) => {
        if (error.code === 'protocol') this.counts.protocolErrors += 1;
        this.events.fail(error);
      },
    });
  }

  #welcomed(session: Session, welcome: Welcome, asked: readonly string[]): void {
    const { user, device, log } = welcome;
    const known = this.#known;
    if (!this.#belongs(known?.user, known?.device, user, device)) return;
    if (this.#settings.user !== undefined && this.#settings.user !== user) {
      this.#stop('connection', `the token is ${user}'s, not ${this.#settings.user}'s`);
      return;
    }
    if (known?.user === undefined) this.#journal.add({ change: 'identity', user, device });
    const newLog = known?.log !== undefined && known.log !== log;
    if (known?.log !== log) this.#journal.add({ change: 'log', log });
    this.#known = { user, device, log };
    this.#user = user;
    this.#session = session;
    this.counts.connections += 1;
    if (newLog) this.#forget(log);
    this.receiver.connected(welcome);
    this.sender.connected({ session, welcome, asked, newLog });
    this.questions.connected();
    this.acknowledger.connected(session);
    this.#receipts.connected(session);
    this.events.emit('ordering', welcome.ordering);
    this.#welcome.resolve();
  }

  #forget(log: string): void {
    this.receiver.newLog();
    this.acknowledger.forget();
    this.#receipts.newLog();
    this.events.emit('log-changed', { log });
  }

  #take(frame: Exclude<SessionFrame, Moved>): void {
    switch (frame.type) {
      case 'accepted': {
        const handle = this.sender.accepted(frame);
        if (handle !== undefined) this.#receipts.accepted(handle);
        return;
      }
      case 'refused':
        this.sender.refused(frame);
        return;
      case 'deliver':
        this.receiver.delivered(frame);
        return;
      case 'receipt':
        this.#receipts.took(frame);
        return;
      case 'result':
        this.questions.answered(frame);
        return;
      case 'ordering':
        this.receiver.follow(frame.ordering);
        this.events.emit('ordering', frame.ordering);
        return;
      case 'presence': {
        const { type: _, ...presence } = frame;
        this.events.emit('presence', presence);
        return;
      }
      case 'signal': {
        const { type: _, ...signal } = frame;
        this.events.emit('signal', signal);
        return;
      }
      case 'pong':
      case 'bye':
        // PONG has done its work by coming; after BYE the connection closes, and is made again.
        return;
    }
  }

  #offline(): void {
    this.#session = undefined;
    this.sender.disconnected();
    this.acknowledger.disconnected();
  }

  #become(state: ClientState, { reason, node }: StateWords = {}): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.events.emit('state', { state, reason, node });
  }

  #handle(id: string): PendingHandle {
    return new PendingHandle(id, (handle, acceptance, kind) =>
      this.#receipts.reached(handle, acceptance, kind),
    );
  }

  #outboxFailed(cause: unknown): void {
    this.counts.outboxFailures += 1;
    const why = `the outbox cannot be written, and is tried again: ${reasonOf(cause)}`;
    this.events.fail(new ClientError('outbox', why, { cause }));
  }

  /** The client cannot go on: says why, and ends. */
  #stop(code: 'connection' | 'outbox', why: string, cause?: unknown, reason: string = why): void {
    const error = new ClientError(code, why, { cause });
    this.#welcome.reject(error);
    this.events.fail(error);
    void this.close(reason);
  }

  async #close(reason?: string): Promise<void> {
    const error = new ClientError('closed', 'the client is closed');
    this.acknowledger.flush();
    this.#dialer.close();
    this.#become('closed', { reason });
    this.#welcome.reject(error);
    this.sender.close();
    this.receiver.close();
    this.questions.close(error);
    this.#receipts.close(error);
    await this.#journal.close();
  }
}
