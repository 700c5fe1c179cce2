/**
 * Who is online, told to friends: those who are here after WELCOME, then the changes. In memory, so
 * true after a crash.
 */
import { reasonOf, type Clock, type Log, type Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Directory } from '../session/directory.ts';
import type { Session } from '../session/session.ts';
import type { PresenceItem } from '../wire/frames.ts';
import type { Progress } from './progress.ts';

interface Surroundings {
  readonly directory: Directory;
  readonly persistence: Persistence;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
}

const FRIENDS_PAGE = 500;

/** A user who is online. */
class Person {
  readonly since: number;
  readonly friends = new Set<string>();
  /** Friendships that began or ended while the list was being read: they win over it. */
  readonly changed = new Map<string, boolean>();
  loaded: Promise<void> = Promise.resolve();
  /** True once the list of friends has been read. */
  ready = false;

  readonly #watched: number;

  /** `watched`: of so many friends it is told, at most. */
  constructor(since: number, watched: number) {
    this.since = since;
    this.#watched = watched;
  }

  set(friend: string, isFriend: boolean): void {
    if (!this.ready) this.changed.set(friend, isFriend);
    if (isFriend) this.add(friend);
    else this.friends.delete(friend);
  }

  add(friend: string): void {
    if (this.friends.size < this.#watched) this.friends.add(friend);
  }
}

export class Presence {
  readonly #around: Surroundings;
  readonly #people = new Map<string, Person>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** A session went live. */
  arrived(session: Session): void {
    const { user } = session;
    let person = this.#people.get(user);
    const first = !person;
    if (!person) {
      person = new Person(this.#around.clock.now(), this.#around.limits.friendsWatched);
      this.#people.set(user, person);
      this.#around.progress.see(user);
      person.loaded = this.#load(user, person);
    }
    const here = person;
    here.loaded.then(
      () => {
        if (this.#people.get(user) !== here) return;
        if (session.live) this.#tellFriendsOf(here, session);
        if (first) this.#announce(user, here, 'online', here.since);
      },
      (error: unknown) => {
        this.#around.log.warn('friends could not be read', { why: reasonOf(error) });
        // It comes back when they can be; staying, it would hear of nobody.
        const { retryAfter } = this.#around.limits;
        session.fail('not-ready', 'the friends cannot be read', retryAfter);
      },
    );
  }

  /** A session of the user has gone; the last one makes the user offline. */
  left(user: string): void {
    const person = this.#people.get(user);
    if (!person || this.#around.directory.countOf(user) > 0) return;
    this.#people.delete(user);
    this.#around.progress.see(user);
    const since = this.#around.clock.now();
    if (person.ready) this.#announce(user, person, 'offline', since);
    else this.#announceLater(user, person, since);
  }

  /** Friends who came meanwhile were told online before it was known who they all are. */
  #announceLater(user: string, person: Person, since: number): void {
    person.loaded.then(
      () => {
        if (!this.#people.has(user)) this.#announce(user, person, 'offline', since);
      },
      () => undefined,
    );
  }

  /** Friendship is kept: each learns that the other is online. */
  befriended(a: string, b: string): void {
    this.#people.get(a)?.set(b, true);
    this.#people.get(b)?.set(a, true);
    this.#tellOf(a, b);
    this.#tellOf(b, a);
  }

  parted(a: string, b: string): void {
    this.#people.get(a)?.set(b, false);
    this.#people.get(b)?.set(a, false);
  }

  /**
   * The presence of those among `users` whom the asker may see: friends and oneself. All of them if
   * none is named.
   */
  async look(
    asker: string,
    users: readonly string[] | undefined,
  ): Promise<readonly PresenceItem[]> {
    const person = this.#people.get(asker);
    await person?.loaded;
    const visible = new Set([asker, ...(person?.friends ?? [])]);
    const wanted = users ? users.filter((user) => visible.has(user)) : [...visible];
    const away = wanted.filter((user) => !this.#people.has(user));
    const stored = away.length > 0 ? await this.#around.persistence.lastSeen(away) : [];
    const seen = new Map(away.map((user, at) => [user, stored[at] ?? 0]));
    return [...new Set(wanted)].map((user) => {
      const here = this.#people.get(user);
      if (here) return { user, state: 'online', since: here.since };
      const since = this.#around.progress.seenAt(user) ?? seen.get(user) ?? 0;
      return { user, state: 'offline', since };
    });
  }

  async #load(user: string, person: Person): Promise<void> {
    let after = '';
    while (person.friends.size < this.#around.limits.friendsWatched) {
      const lines = await this.#around.persistence.friendsOf(user, after, FRIENDS_PAGE);
      for (const line of lines) {
        if (line.state === 'friend') person.add(line.user);
        after = line.user;
      }
      if (lines.length < FRIENDS_PAGE) break;
    }
    person.ready = true;
    for (const [friend, isFriend] of person.changed) person.set(friend, isFriend);
    person.changed.clear();
  }

  #tellFriendsOf(person: Person, session: Session): void {
    for (const friend of person.friends) {
      const here = this.#people.get(friend);
      if (here) this.#write(session, friend, 'online', here.since);
    }
  }

  /** Tells `listener` that `user` is online, if so. */
  #tellOf(user: string, listener: string): void {
    const here = this.#people.get(user);
    if (!here) return;
    for (const session of this.#around.directory.sessionsOf(listener)) {
      this.#write(session, user, 'online', here.since);
    }
  }

  #announce(user: string, person: Person, state: 'online' | 'offline', since: number): void {
    for (const friend of person.friends) {
      for (const session of this.#around.directory.sessionsOf(friend)) {
        this.#write(session, user, state, since);
      }
    }
  }

  #write(session: Session, user: string, state: string, since: number): void {
    session.output.write({ type: 'presence', user, state, since });
  }
}
