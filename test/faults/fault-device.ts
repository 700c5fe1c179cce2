/**
 * One device of a user: the real SDK over real sockets. What it hands in, is told and is shown goes
 * into the history. Its outbox outlives its client.
 */
import type { Client } from '../../client/client.ts';
import type { ClientLimits } from '../../client/limits.ts';
import type { CommandHandle } from '../../client/command-handle.ts';
import { RefusedError } from '../../client/errors.ts';
import type { ActEntry, EntryHead, Message } from '../../client/events.ts';
import type { ActFields } from '../../client/groups.ts';
import { connect } from '../../client/index.ts';
import { memoryOutbox } from '../../client/outbox.ts';
import type { Actor, HistoryRecorder, SeenEntry } from '../sim/history.ts';
import type { Situations } from '../sim/situations.ts';
import { WireTap } from '../sim/wire-tap.ts';
import { tappedConnector, type TappedParts } from './tapped-connector.ts';

export interface DeviceParts extends Pick<TappedParts, 'dial' | 'linger'> {
  /** Asked at each start. */
  readonly addresses: () => readonly string[];
  readonly spoil?: TappedParts['spoil'];
  readonly limits?: Partial<ClientLimits>;
  readonly user: string;
  readonly device: string;
  readonly token: string;
  readonly recorder: HistoryRecorder;
  readonly situations: Situations;
}

function seenOf(head: EntryHead, rest: Partial<SeenEntry>): SeenEntry {
  const { conversation, position, order, id, from, device, acceptedAt } = head;
  const who = { user: from, device, number: 0, acceptedAt };
  const empty = { kind: 'message', body: '', users: [], title: '' };
  return { conversation, position, order, id, ...who, ...empty, ...rest };
}

function textOf({ body }: Message): string {
  return Buffer.from(body).toString('utf8');
}

export class FaultDevice {
  readonly user: string;
  readonly name: string;
  /** The highest position of its own, by conversation. */
  readonly placed = new Map<string, number>();
  /** How durable it was told that its commands are, in each way in which it was told. */
  readonly promised = new Set<string>();
  /** The highest position handled, by conversation. */
  readonly handled = new Map<string, number>();
  /** Of its newest WELCOME, by the clock of the history; 0: there was none. */
  welcomedMs = 0;
  /** What the application was told of trouble, in words; that the server has moved is none. */
  readonly troubles: string[] = [];
  readonly #parts: DeviceParts;
  readonly #outbox = memoryOutbox();
  #client: Client | undefined;
  #log = '';
  #runs = 0;
  #sessions = 0;
  #watched = new Set<string>();

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.user = parts.user;
    this.name = `${parts.user}/${parts.device}`;
  }

  /** Throws before `start`. */
  get client(): Client {
    if (this.#client === undefined) throw new Error(`${this.name} was never started`);
    return this.#client;
  }

  /** Commands without an answer. */
  get open(): number {
    return this.client.unanswered.length;
  }

  /**
   * Opens the app, also again: a client that was replaced by a connection of its own that came late
   * ends for good.
   */
  start(): void {
    if (this.#client !== undefined && this.#client.state !== 'closed') return;
    const { user, device, token, recorder, addresses, limits = {}, ...dialling } = this.#parts;
    const kept = this.#runs > 0;
    this.#runs += 1;
    this.#watched = new Set();
    const actor = { user, device, run: this.#runs };
    recorder.add({ type: 'started', ...actor, kept });
    const connector = tappedConnector({ ...dialling, tap: () => this.#tap(actor) });
    const outbox = this.#outbox;
    const client = connect({
      address: addresses(),
      token,
      user,
      device,
      outbox,
      connector,
      limits,
    });
    this.#client = client;
    this.#listen(client, actor);
  }

  send(to: string, body: string): CommandHandle {
    const handle = this.client.send(to, body);
    return this.#invoked(handle, { conversation: to, kind: 'message', body, users: [], title: '' });
  }

  act(to: string, action: string, fields: ActFields = {}): CommandHandle {
    const handle = this.client.act(to, action, fields);
    const { user: users = [], title = '' } = fields;
    return this.#invoked(handle, { conversation: to, kind: action, body: '', users, title });
  }

  /** What it still has to do; undefined: nothing. */
  get unfinished(): string | undefined {
    const { state } = this.client;
    if (state !== 'online') return `${this.name} is ${state}`;
    return this.open === 0 ? undefined : `${this.name} has ${this.open} unanswered`;
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #actor(): Actor {
    return { user: this.user, device: this.#parts.device, run: this.#runs };
  }

  #invoked(
    handle: CommandHandle,
    what: Pick<SeenEntry, 'conversation' | 'kind' | 'body' | 'users' | 'title'>,
  ): CommandHandle {
    this.#parts.recorder.add({ type: 'invoked', ...this.#actor(), id: handle.id, ...what });
    this.#watch(handle, this.#actor());
    return handle;
  }

  #tap(actor: Actor): WireTap {
    const { recorder, situations } = this.#parts;
    this.#sessions += 1;
    return new WireTap({
      session: `${this.name}#${this.#sessions}`,
      actor,
      recorder,
      situations,
      welcomed: ({ log }) => {
        this.#log ||= log;
        this.welcomedMs = recorder.nowMs;
      },
      arrived: () => undefined,
    });
  }

  #listen(client: Client, actor: Actor): void {
    client.on('message', (message: Message) =>
      this.#shown(actor, message.late, seenOf(message, { body: textOf(message) })),
    );
    client.on('act', ({ action, users, title = '', ...head }: ActEntry) =>
      this.#shown(actor, head.late, seenOf(head, { kind: action, users, title })),
    );
    client.on('error', ({ code, message }) => this.troubles.push(`${code}: ${message}`));
    client.on('log-changed', ({ log }) => {
      this.#log = log;
    });
    client.on('state', ({ state, reason = '' }) => {
      if (state === 'offline' && reason !== 'moved') this.troubles.push(reason);
      // What an earlier client left in the outbox is this one's to tell of.
      if (state === 'online') for (const handle of client.unanswered) this.#watch(handle, actor);
    });
  }

  #shown(actor: Actor, late: boolean, entry: SeenEntry): void {
    const event = { ...actor, log: this.#log, entry };
    this.#parts.recorder.add({ type: 'shown', ...event, late });
    this.#parts.recorder.add({ type: 'handled', ...event });
    const { conversation, position } = entry;
    // A window may show the later position first.
    this.handled.set(conversation, Math.max(position, this.handled.get(conversation) ?? 0));
  }

  #watch(handle: CommandHandle, actor: Actor): void {
    const { id } = handle;
    if (this.#watched.has(id)) return;
    this.#watched.add(id);
    const tell = (state: 'accepted' | 'refused', position: number, code: string): void => {
      const { conversation = '' } = handle;
      const what = { id, log: this.#log, conversation, state, position, code };
      this.#parts.recorder.add({ type: 'outcome', ...actor, ...what });
      const before = this.placed.get(conversation) ?? 0;
      this.placed.set(conversation, Math.max(before, position));
    };
    handle.accepted.then(
      ({ position, durability }) => {
        this.promised.add(durability);
        tell('accepted', position, '');
      },
      (error: unknown) => {
        if (error instanceof RefusedError) tell('refused', 0, error.code);
      },
    );
  }
}
