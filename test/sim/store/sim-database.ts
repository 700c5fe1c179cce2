/**
 * A database server of its own: statements arrive on connections, each is carried out at once and
 * whole or not at all, and what was carried out stays. A crash ends all connections; what has not
 * been carried out by then never is.
 */
import type { LivingNode, NodeLife, Persistence } from 'im-kernel/contract';
import type { StoreTrouble } from './trouble.ts';

/** As the plugin has it. */
const LENGTHS_MOST = 1.5;

/** The server's end of a connection. */
export interface Session {
  /** The server is gone from it. */
  broken(why: string): void;
}

export class SimDatabase {
  readonly trouble: StoreTrouble;
  readonly #content: Persistence;
  readonly #sessions = new Set<Session>();
  /** By life, the sessions that hold its lock on this run of the server. */
  readonly #lifelines = new Map<string, Set<Session>>();
  /** By life: how long its lease ran when it was renewed, ms. */
  readonly #lengths = new Map<string, number>();
  #up = true;
  #crashes = 0;
  #begun: Promise<void> | undefined;

  constructor(content: Persistence, trouble: StoreTrouble) {
    this.#content = content;
    this.trouble = trouble;
  }

  /** Whether a connection can be opened, and what is asked on one is heard. */
  get reachable(): boolean {
    return this.#up && this.trouble.refuse !== 'IM_STORE_AWAY';
  }

  /** Which run of the server this is, from one crash to the next. */
  get era(): number {
    return this.#crashes;
  }

  /** Whether that run of the server goes on: it carries out what it has taken over. */
  runs(era: number): boolean {
    return this.#up && era === this.#crashes;
  }

  get content(): Persistence {
    return this.#content;
  }

  /** Makes what it holds, once. */
  async begin(): Promise<void> {
    this.#begun ??= this.#content.start(new AbortController().signal);
    await this.#begun;
  }

  serves(session: Session): boolean {
    return this.reachable && this.#sessions.has(session);
  }

  admit(session: Session): void {
    this.#sessions.add(session);
  }

  dismiss(session: Session): void {
    this.#sessions.delete(session);
    for (const holders of this.#lifelines.values()) holders.delete(session);
  }

  renewed({ life }: NodeLife, leaseMs: number): void {
    this.#lengths.set(life, leaseMs);
  }

  /** What is left; a lease with far more than it ever had is over: the clock was set back. */
  leaseLeftMs({ life, leaseLeftMs }: LivingNode): number {
    const mostMs = (this.#lengths.get(life) ?? 0) * LENGTHS_MOST;
    return leaseLeftMs > mostMs ? 0 : leaseLeftMs;
  }

  /** The session, if it stands, holds the lock of this life. */
  hold(session: Session, { life }: NodeLife): void {
    if (!this.#sessions.has(session)) return;
    const holders = this.#lifelines.get(life) ?? new Set();
    this.#lifelines.set(life, holders.add(session));
  }

  /** The lock was held, and is free. */
  isGone({ life }: NodeLife): boolean {
    return this.#lifelines.get(life)?.size === 0;
  }

  forget({ life }: NodeLife): void {
    this.#lifelines.delete(life);
  }

  /** Every connection breaks. */
  breakAll(why: string): void {
    const sessions = [...this.#sessions];
    for (const session of sessions) this.dismiss(session);
    for (const session of sessions) session.broken(why);
  }

  crash(): void {
    this.#up = false;
    this.#crashes += 1;
    this.breakAll('the server closed the connection unexpectedly');
    this.#lifelines.clear();
  }

  restart(): void {
    this.#up = true;
  }
}
