/**
 * What a chat says about its connection: as little as can be. Another server within a few seconds
 * is one quiet line; only who is away for longer is told why.
 */
import type { Cancel, Client, ClientClock } from '../client/index.ts';
import { lengthText, safeText } from './chat-text.ts';

export interface AbsenceParts {
  readonly clock: Pick<ClientClock, 'monotonic' | 'after'>;
  readonly say: (text: string) => void;
  /** Connected for the first time. */
  readonly begun: () => void;
}

/** So long nothing is said of a lost connection: a backup mostly takes less. */
const QUIET_MS = 5_000;

export class Absence {
  readonly #parts: AbsenceParts;
  /** Monotonic ms of the loss; undefined while online, and before the first time. */
  #sinceMs: number | undefined;
  /** False while it may still be over before anybody need know. */
  #aloud: boolean;
  #cancel: Cancel | undefined;
  /** The newest of each kind: what the last one said already is no news. */
  #news = new Map<'error' | 'offline', { text: string; said: boolean }>();

  constructor(aloud: boolean, parts: AbsenceParts) {
    this.#aloud = aloud;
    this.#parts = parts;
  }

  error(message: string): void {
    this.#tell('error', safeText(message));
  }

  offline(reason: string): void {
    const { clock } = this.#parts;
    if (!this.#aloud && this.#sinceMs === undefined) {
      this.#sinceMs = clock.monotonic();
      this.#cancel = clock.after(QUIET_MS, () => this.#speak());
    }
    // To be sent on is no trouble: what comes of it will be told.
    if (reason === 'moved') return;
    this.#tell('offline', `offline: ${safeText(reason)}; what you write is kept and sent later`);
  }

  online(node: string): void {
    const { clock, say, begun } = this.#parts;
    if (this.#sinceMs === undefined) begun();
    else {
      const length = lengthText(clock.monotonic() - this.#sinceMs);
      say(`-- now on ${safeText(node)}, ${length} without a server --`);
    }
    this.#aloud = false;
    this.#news.clear();
    this.stop();
  }

  /** The server has ended it for good: why must not be lost. */
  ended(): void {
    this.#speak();
    this.stop();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#sinceMs = undefined;
  }

  #tell(kind: 'error' | 'offline', text: string): void {
    if (this.#news.get(kind)?.text !== text) this.#news.set(kind, { text, said: false });
    if (this.#aloud) this.#speak();
  }

  #speak(): void {
    this.#aloud = true;
    for (const news of this.#news.values()) {
      if (!news.said) this.#parts.say(news.text);
      news.said = true;
    }
  }
}

/** Listens to a client; the result ends it. */
export function watchAbsence(im: Client, parts: AbsenceParts): Cancel {
  const absence = new Absence(im.state !== 'online', parts);
  const cancels = [
    im.on('error', ({ code, message }) => {
      if (code === 'connection') absence.error(message);
      else parts.say(safeText(message));
    }),
    im.on('state', ({ state, reason = 'no connection', node = 'a server' }) => {
      if (state === 'online') absence.online(node);
      if (state === 'offline') absence.offline(reason);
      if (state === 'closed') absence.ended();
    }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
    absence.stop();
  };
}
