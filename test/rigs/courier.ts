/**
 * A client as docs/protocol.md wants it, and no more: it keeps its unanswered commands over
 * connections, sends them again in ascending order, acknowledges what it is given, and writes down
 * everything that happened to it.
 */
import { randomBytes } from 'node:crypto';
import type { Accepted, Deliver, Refused, Send, ServerFrame } from '../../core/wire/frames.ts';
import { uuidV7 } from '../../core/wire/uuid.ts';
import { RawConnection, type Way } from '../scenes/raw-connection.ts';

export interface Sent {
  readonly user: string;
  readonly command: Send;
  accepted?: Accepted;
  refused?: Refused;
}

export class Courier {
  readonly user: string;
  readonly way: Way;
  /** Where it sends, in turn. */
  readonly targets: readonly string[];
  readonly sent: Sent[] = [];
  /** What it was given, copies too, in the sequence of arrival. */
  readonly delivered: Deliver[] = [];
  /** Answers that do not fit what was answered before. */
  readonly contradictions: string[] = [];
  /** Called at each answer that was not known before. */
  onAnswer: () => void = () => {};
  /** While true, each answer is followed by new commands, a window full of them. */
  producing = false;
  connection: RawConnection | undefined;
  log: string | undefined;
  readonly #all = new Map<string, Sent>();
  readonly #open = new Map<string, Sent>();
  readonly #numbers = new Map<string, number>();
  readonly #upTo = new Map<string, number>();
  #window = 0;

  constructor(user: string, way: Way, targets: readonly string[]) {
    this.user = user;
    this.way = way;
    this.targets = targets;
  }

  get unanswered(): number {
    return this.#open.size;
  }

  /** Connects, sends again what has no answer, and goes on. */
  async connect(addresses: readonly string[], token: string): Promise<void> {
    const connection = await RawConnection.open(this.way, addresses, (frame) => this.#take(frame));
    this.connection = connection;
    this.#window = 0;
    connection.send({ type: 'hello', version: 1, token, device: 'main' });
    await connection.until('WELCOME', () => this.#window || undefined);
    for (const { command } of this.#open.values()) connection.send({ ...command, attempt: 2 });
    this.produce();
  }

  /** Waits until the connection has ended, whoever ended it. */
  async gone(): Promise<void> {
    const { connection } = this;
    await connection?.until('the end of the connection', () => connection.closed, true);
  }

  /** New commands, up to a window in flight. */
  produce(): void {
    while (this.producing && this.#open.size < this.#window) this.#sendOne();
  }

  #sendOne(): void {
    const conversation = this.targets[this.sent.length % this.targets.length] ?? '';
    const number = (this.#numbers.get(conversation) ?? 0) + 1;
    this.#numbers.set(conversation, number);
    const now = Date.now();
    const id = uuidV7(now, new Uint8Array(randomBytes(10)));
    const body = new Uint8Array(Buffer.from(`${this.user} ${conversation} ${number}`));
    const command: Send = { type: 'send', conversation, number, id, sentAt: now, body };
    const one = { user: this.user, command };
    this.sent.push(one);
    this.#all.set(id, one);
    this.#open.set(id, one);
    this.connection?.send(command);
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'welcome') {
      this.#window = frame.window;
      this.log ??= frame.log;
      if (frame.log !== this.log) this.contradictions.push(`log ${this.log} became ${frame.log}`);
    } else if (frame.type === 'accepted' || frame.type === 'refused') this.#answered(frame);
    else if (frame.type === 'deliver') this.#delivered(frame);
  }

  #answered(frame: Accepted | Refused): void {
    const one = this.#all.get(frame.id ?? '');
    if (one === undefined) {
      this.contradictions.push(`an answer to ${frame.id}, which was never sent`);
      return;
    }
    if (frame.type === 'refused') one.refused ??= frame;
    else if (one.accepted === undefined) one.accepted = frame;
    else if (one.accepted.position !== frame.position || one.accepted.order !== frame.order)
      this.contradictions.push(`${frame.id} at ${one.accepted.position}, then ${frame.position}`);
    if (!this.#open.delete(one.command.id)) return;
    this.onAnswer();
    this.produce();
  }

  #delivered(frame: Deliver): void {
    const { conversation, position } = frame;
    this.delivered.push(frame);
    const before = this.#upTo.get(conversation) ?? 0;
    const previous = frame.previous ?? position - 1;
    if (previous > before) this.contradictions.push(`${conversation}: ${previous} was skipped`);
    this.#upTo.set(conversation, Math.max(before, position));
    this.connection?.send({ type: 'received', upTo: [{ conversation, position }] });
  }
}
