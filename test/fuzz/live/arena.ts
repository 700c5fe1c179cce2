/**
 * A real server that scripts are played upon by many at once, while two friends chat on it, and
 * what must hold whatever comes: the process lives and logs no error, its event loop never stands
 * still, its memory is bounded, the friends wait no longer than a bound and lose nothing, and every
 * word of the server can be read.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Besieged, unexpected } from '../../rigs/besieged.ts';
import type { ServerMetrics } from '../../rigs/server-metrics.ts';
import { StallWatch } from '../../rigs/stall-watch.ts';
import type { Differences } from '../../scenes/server-process.ts';
import { Peer } from './peer.ts';
import { quickFolder } from './quick-folder.ts';
import { scriptOf } from './script.ts';
import { KEY_FILE_TEXT, tokenFor } from '../../rigs/tokens.ts';

/** Scripts under way at once. */
const AT_ONCE = 16;
const LOOK_EVERY_MS = 500;
/** Beyond the machine's part. */
const STALL_MAX_MS = 200;
/** A stall may be the machine's; after so many it is looked into. */
const STALLS_MAX = 3;
const WAIT_MAX_MS = 2_000;
const RESIDENT_MAX_KB = 400_000;
/** A small heap, so that what is resident follows what is in use. */
const SERVER_OPTIONS = '--max-old-space-size=192';
/** Small bounds, so that they are reached. */
const LIMITS = {
  helloTimeout: '500ms',
  linger: '50ms',
  sendTimeout: '1s',
  ackTimeout: '2s',
  retransmit: '200ms',
  conversationsCached: 1_000,
  tailBytes: '4MiB',
};

export interface Problem {
  readonly kind: 'ended' | 'stall' | 'memory' | 'log' | 'speech' | 'friends';
  readonly what: string;
  /** The scripts that were under way. */
  readonly suspects: readonly number[];
}

export interface Played {
  readonly scripts: number;
  readonly moves: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
  /** What the server answered, by kind and code, how often. */
  readonly answers: ReadonlyMap<string, number>;
  readonly messages: number;
  readonly worstWaitMs: number;
  /** The longest that the loop stood still, without the machine's part. */
  readonly worstStallMs: number;
  /** Looked at regularly, in sequence. */
  readonly residentKb: readonly number[];
}

export class Arena {
  readonly #seed: number;
  readonly #besieged: Besieged;
  readonly #store = quickFolder();
  readonly #stalls: StallWatch;
  readonly #underWay = new Set<number>();
  readonly #problems: Problem[] = [];
  readonly #residentKb: number[] = [];
  #counts = { scripts: 0, moves: 0, bytes: 0 };
  #answers: ReadonlyMap<string, number> = new Map();
  #worstStallMs = 0;
  #clearing = false;

  /** `differences`: of the server's configuration. */
  constructor(seed: number, differences: Differences = {}) {
    this.#seed = seed;
    const persistence = { file: join(this.#store, 'im.db') };
    this.#besieged = new Besieged(LIMITS, { persistence, ...differences });
    this.#stalls = new StallWatch(this.#besieged);
    const { folder, server } = this.#besieged;
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'auth.key'), KEY_FILE_TEXT, { mode: 0o600 });
    server.environment = { NODE_OPTIONS: SERVER_OPTIONS };
    server.onLine = (line) => {
      if (unexpected.test(line) && !/"msg":"(metrics|health)"/.test(line)) this.#meet('log', line);
    };
  }

  get folder(): string {
    return this.#besieged.folder;
  }

  async begin(): Promise<void> {
    await this.#besieged.begin(tokenFor);
    void this.#besieged.server.exited.then((how) => {
      if (!this.#clearing) this.#meet('ended', `the server ended with ${how}`);
    });
    await this.#stalls.longestMs();
  }

  async clear(): Promise<void> {
    this.#clearing = true;
    await this.#stalls.leave();
    await this.#besieged.clear();
    rmSync(this.#store, { recursive: true, force: true });
  }

  /** Plays scripts, many at once, until `next` gives none or something is wrong. */
  async play(next: () => number | undefined): Promise<Played> {
    const playing = this.#playAll(next);
    const waitsMs = await this.#chatDuring(playing);
    await playing;
    const worstWaitMs = Math.max(0, ...waitsMs);
    if (worstWaitMs > WAIT_MAX_MS) this.#meet('friends', `waited ${worstWaitMs.toFixed()} ms`);
    return {
      ...this.#counts,
      problems: this.#problems,
      answers: this.#answers,
      messages: waitsMs.length,
      worstWaitMs,
      worstStallMs: this.#worstStallMs,
      residentKb: this.#residentKb,
    };
  }

  async #playAll(next: () => number | undefined): Promise<void> {
    const end = new AbortController();
    const watching = this.#watch(end.signal);
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(next)));
    end.abort();
    await watching;
  }

  /** How long the friends waited for each other, in ms; then nobody else is there any more. */
  async #chatDuring(playing: Promise<void>): Promise<readonly number[]> {
    try {
      const { waitsMs } = await this.#besieged.chatWhile(() => playing);
      await this.#besieged.settles(2, 'im_sessions');
      this.#answers = answersIn(await this.#besieged.metrics());
      return waitsMs;
    } catch (error) {
      this.#meet('friends', error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  #meet(kind: Problem['kind'], what: string, suspects?: readonly number[]): void {
    this.#problems.push({ kind, what, suspects: suspects ?? [...this.#underWay] });
  }

  get #stopped(): boolean {
    if (this.#problems.length >= STALLS_MAX) return true;
    return this.#problems.some(({ kind }) => kind !== 'stall');
  }

  async #work(next: () => number | undefined): Promise<void> {
    while (!this.#stopped) {
      const index = next();
      if (index === undefined) return;
      this.#underWay.add(index);
      // A server that takes no connections has ended, or soon fails the friends.
      await this.#playOne(index).catch(() => pause(LOOK_EVERY_MS));
      this.#underWay.delete(index);
    }
  }

  async #playOne(index: number): Promise<void> {
    const { addresses } = this.#besieged.server;
    const peers = [new Peer(addresses), new Peer(addresses)] as const;
    this.#counts.scripts += 1;
    try {
      for (const { party, move } of scriptOf(this.#seed, index)) {
        this.#counts.moves += 1;
        if (move.is === 'bytes') this.#counts.bytes += move.bytes.length;
        await peers[party].play(move);
      }
    } finally {
      for (const peer of peers) {
        const problem = peer.leave();
        if (problem !== undefined) this.#meet('speech', problem, [index]);
      }
    }
  }

  /** Looks at the loop and the memory, and at an idle process beside it. */
  async #watch(end: AbortSignal): Promise<void> {
    let seen = new Set<number>();
    while (!end.aborted && !this.#stopped) {
      await pause(LOOK_EVERY_MS, undefined, { signal: end }).catch(() => undefined);
      const suspects = [...new Set([...seen, ...this.#underWay])];
      let stallMs = 0;
      try {
        stallMs = await this.#stalls.longestMs();
      } catch (error) {
        return this.#meet('ended', `it says nothing of itself: ${String(error)}`, suspects);
      }
      this.#worstStallMs = Math.max(this.#worstStallMs, stallMs);
      if (stallMs > STALL_MAX_MS)
        this.#meet('stall', `the loop stood for ${stallMs.toFixed()} ms`, suspects);
      const { residentKb } = this.#besieged;
      this.#residentKb.push(residentKb);
      if (residentKb > RESIDENT_MAX_KB) this.#meet('memory', `${residentKb} KB are resident`);
      seen = new Set(this.#underWay);
    }
  }
}

/** What counts answers: the word for them, and the counter with their codes. */
const ANSWERS = {
  error: 'im_session_errors_total',
  refused: 'im_commands_refused_total',
  dropped: 'im_sessions_dropped_total',
  fault: 'transport_faults_total',
  upgrade: 'transport_refused_total',
};

function answersIn(metrics: ServerMetrics): ReadonlyMap<string, number> {
  const named = Object.entries(ANSWERS).flatMap(([word, name]) =>
    Array.from(metrics.labels(name), ([code, count]) => [`${word} ${code}`, count] as const),
  );
  return new Map([['accepted', metrics.value('im_commands_accepted_total')], ...named]);
}
