/**
 * One device of one user on the stage: what it sent, what it was told, what it has not looked at
 * yet. Every frame that comes is held against the rules that hold in every scene.
 */
import { randomBytes } from 'node:crypto';
import type {
  Accepted,
  Act,
  Deliver,
  Refused,
  Result,
  Send,
  ServerFrame,
  Signal,
  Welcome,
  What,
} from '../../core/wire/frames.ts';
import { directConversation } from '../../core/wire/names.ts';
import { uuidV7 } from '../../core/wire/uuid.ts';
import { RawConnection, type Way } from './raw-connection.ts';

export type Command = Send | Act;
export type Answer = Accepted | Refused;
type Unnumbered<C> = C extends Command
  ? Omit<C, 'number' | 'id' | 'sentAt' | 'conversation'>
  : never;

export class Device {
  readonly user: string;
  readonly name: string;
  connection: RawConnection | undefined;
  /** The connection before, if a second one was opened beside it. */
  older: RawConnection | undefined;
  welcome: Welcome | undefined;
  /** Delivered and not yet looked at, in the sequence of arrival. */
  readonly inbox: Deliver[] = [];
  /** What came once more on the same connection. */
  readonly copies: Deliver[] = [];
  /** The highest position looked at, per conversation: as far as it can acknowledge. */
  readonly looked = new Map<string, number>();
  readonly signals: Signal[] = [];
  readonly presence = new Map<string, string>();
  /** `conversation user` to marks. */
  readonly receipts = new Map<string, { received: number; read: number }>();
  /** The highest position delivered, per conversation. */
  readonly #seen = new Map<string, number>();
  readonly commands: Command[] = [];
  readonly answers: Answer[] = [];
  /** The last ERROR of each connection. */
  readonly errors = new Map<RawConnection, string>();
  readonly #numbers = new Map<string, number>();
  readonly #results: Result[] = [];
  #queries = 0;
  #pongs = new Set<number>();
  #pings = 0;
  /** Positions of this connection only. */
  #inSession = new Map<string, number>();

  constructor(user: string, name: string) {
    this.user = user;
    this.name = name;
  }

  /** Says HELLO on a new connection and awaits WELCOME. An older connection is left as it is. */
  async connect(way: Way, addresses: readonly string[], token: string): Promise<Welcome> {
    this.older = this.connection;
    this.#inSession = new Map();
    this.welcome = undefined;
    // What nobody looked at was not acknowledged, and comes again.
    this.inbox.length = 0;
    this.copies.length = 0;
    let opened: RawConnection | undefined;
    const connection = await RawConnection.open(way, addresses, (frame) => {
      if (opened === undefined || opened === this.connection) this.#take(frame);
      if (frame.type === 'error' && opened) this.errors.set(opened, frame.code);
    });
    opened = connection;
    this.connection = connection;
    connection.send({ type: 'hello', version: 1, token, device: this.name });
    return connection.until('WELCOME', () => this.welcome);
  }

  get live(): RawConnection {
    if (!this.connection) throw new Error(`${this.user} is not connected`);
    return this.connection;
  }

  conversationWith(to: string): string {
    return to.includes('/') ? to : directConversation(this.user, to);
  }

  /** Gives a command its number and id, and sends it. */
  send(to: string, command: Unnumbered<Command>): Command {
    const conversation = this.conversationWith(to);
    const number = (this.#numbers.get(conversation) ?? 0) + 1;
    this.#numbers.set(conversation, number);
    const now = Date.now();
    const id = uuidV7(now, new Uint8Array(randomBytes(10)));
    const whole = { ...command, conversation, number, id, sentAt: now };
    this.commands.push(whole);
    this.live.send(whole);
    return whole;
  }

  /** The answer to this command that comes after the first `skip` of them. */
  answerTo(command: Command, skip = 0): Promise<Answer> {
    const fits = (one: Answer): boolean =>
      one.conversation === command.conversation &&
      one.number === command.number &&
      one.id === command.id;
    return this.live.until(`an answer to number ${command.number}`, () =>
      this.answers.filter(fits).at(skip),
    );
  }

  /** Sends again what was sent, and awaits one more answer. */
  repeat(command: Command): Promise<Answer> {
    const before = this.answers.filter((one) => one.id === command.id).length;
    this.live.send({ ...command, attempt: 2 });
    return this.answerTo(command, before);
  }

  /** The whole answer to a question, all its parts, and the first refusal among them. */
  async ask<W extends What>(what: W, rest: object): Promise<Result<W>> {
    const query = ++this.#queries;
    this.live.send({ type: 'query', query, what, ...rest });
    const found = await this.live.until(`RESULT ${query}`, () =>
      this.#results.find((one) => one.query === query),
    );
    return found as Result<W>;
  }

  /** Resolves when everything that the server had sent before it saw this has come. */
  async barrier(): Promise<void> {
    const id = ++this.#pings;
    this.live.send({ type: 'ping', id });
    await this.live.until(`PONG ${id}`, () => this.#pongs.has(id) || undefined);
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#welcomed(frame);
    else if (frame.type === 'deliver') this.#delivered(frame);
    else if (frame.type === 'accepted' || frame.type === 'refused') this.#answered(frame);
    else if (frame.type === 'receipt') {
      const before = this.receipts.get(`${frame.conversation} ${frame.user}`);
      this.receipts.set(`${frame.conversation} ${frame.user}`, {
        received: Math.max(frame.received, before?.received ?? 0),
        read: Math.max(frame.read, before?.read ?? 0),
      });
    } else if (frame.type === 'presence') this.presence.set(frame.user, frame.state);
    else if (frame.type === 'signal') this.signals.push(frame);
    else if (frame.type === 'result') this.#results.push(frame);
    else if (frame.type === 'pong') this.#pongs.add(frame.id);
  }

  #log: string | undefined;

  #welcomed(frame: Welcome): void {
    if (frame.user !== this.user || frame.device !== this.name)
      throw new Error(`welcomed as ${frame.user} ${frame.device}`);
    if (this.#log !== undefined && this.#log !== frame.log) throw new Error('the log changed');
    this.#log = frame.log;
    this.welcome = frame;
  }

  /** P5: ascending within the session, nothing skipped, nothing of one's own. */
  #delivered(frame: Deliver): void {
    const { conversation, position } = frame;
    const last = this.#seen.get(conversation) ?? 0;
    const inSession = this.#inSession.get(conversation) ?? 0;
    const previous = frame.previous ?? position - 1;
    if (frame.from === this.user && frame.device === this.name)
      throw new Error(`position ${position} is this device's own`);
    if (previous >= position) throw new Error(`previous ${previous} at position ${position}`);
    if (previous > last) throw new Error(`position ${previous} of ${conversation} was skipped`);
    if (position <= inSession && frame.again !== 1)
      throw new Error(`position ${position} came after ${inSession}, and not as a copy`);
    this.#seen.set(conversation, Math.max(last, position));
    this.#inSession.set(conversation, Math.max(inSession, position));
    (position <= inSession ? this.copies : this.inbox).push(frame);
  }

  /** Waits for the next delivery and looks at it. */
  async next(from: 'inbox' | 'copies' = 'inbox'): Promise<Deliver> {
    const got = await this.live.until('a delivery', () => this[from].shift());
    const before = this.looked.get(got.conversation) ?? 0;
    this.looked.set(got.conversation, Math.max(before, got.position));
    return got;
  }

  /** Waits until the connection has ended, whoever ended it. */
  async gone(): Promise<void> {
    const { connection } = this;
    await connection?.until('the end of the connection', () => connection.closed, true);
  }

  /**
   * P6: in the order of the commands, before anything above is delivered.
   */
  #answered(frame: Answer): void {
    this.answers.push(frame);
    if (frame.type === 'refused' || frame.duplicate === 1) return;
    const above = this.#inSession.get(frame.conversation) ?? 0;
    if (above > frame.position)
      throw new Error(`ACCEPTED ${frame.position} came after a DELIVER of ${above}`);
  }
}
