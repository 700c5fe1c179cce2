/**
 * The conversations in memory: each name has one object while anybody uses it. A cache over the
 * store, bounded.
 */
import type { Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import { Conversation } from '../chat/conversation.ts';
import type { Kept } from '../chat/tail.ts';

/** A conversation on its way into memory. */
interface Loading {
  /** How many asked for it: each of them gets a pin. */
  waiting: number;
  readonly done: Promise<Conversation>;
}

export class Conversations {
  readonly #persistence: Persistence;
  readonly #limits: Limits;
  readonly #cached = new Map<string, Conversation>();
  /** Of these, those that nobody uses now, the longest unused first. */
  readonly #idle = new Set<Conversation>();
  /** Those with entries in memory, the longest without a new one first. */
  readonly #tailed = new Set<Conversation>();
  readonly #loading = new Map<string, Loading>();
  #tailBytes = 0;

  constructor(persistence: Persistence, limits: Limits) {
    this.#persistence = persistence;
    this.#limits = limits;
  }

  get size(): number {
    return this.#cached.size;
  }
  get tailBytes(): number {
    return this.#tailBytes;
  }

  /** All that are in memory. */
  all(): Iterable<Conversation> {
    return this.#cached.values();
  }

  /** The conversation if it is in memory. */
  get(name: string): Conversation | undefined {
    return this.#cached.get(name);
  }

  /**
   * Loads a conversation (an empty one if the store has none) and pins it; each pin needs an
   * `unpin`.
   */
  pin(name: string): Promise<Conversation> {
    const cached = this.pinCached(name);
    if (cached) return Promise.resolve(cached);
    let loading = this.#loading.get(name);
    if (!loading) {
      loading = { waiting: 0, done: this.#read(name) };
      this.#loading.set(name, loading);
    }
    loading.waiting += 1;
    return loading.done;
  }

  /** Pins a conversation that is in memory; undefined if it must be loaded. */
  pinCached(name: string): Conversation | undefined {
    const conversation = this.#cached.get(name);
    if (conversation) {
      conversation.pins += 1;
      this.#idle.delete(conversation);
    }
    return conversation;
  }

  unpin(conversation: Conversation): void {
    conversation.pins -= 1;
    if (conversation.pins > 0) return;
    this.#idle.add(conversation);
    this.#evict(0);
  }

  /** Reads a conversation back from the store, in place. */
  async refresh(conversation: Conversation): Promise<void> {
    const record = await this.#persistence.loadConversation(conversation.name);
    this.#dropTail(conversation);
    conversation.reset(record);
  }

  remember(conversation: Conversation, kept: Kept): void {
    this.#tailBytes += conversation.tail.push(kept, this.#limits.tailEntries);
    this.#tailed.delete(conversation);
    this.#tailed.add(conversation);
    for (const oldest of this.#tailed) {
      if (this.#tailBytes <= this.#limits.tailBytes) return;
      if (oldest !== conversation) this.#dropTail(oldest);
      else this.#tailBytes -= conversation.tail.keepLast();
    }
  }

  /** Lets go of entries accepted before this wall clock ms: the store may have retired them. */
  forgetBefore(acceptedBefore: number): void {
    for (const { tail } of this.#tailed) this.#tailBytes -= tail.forgetBefore(acceptedBefore);
  }

  /** It comes into memory pinned by all who wait for it: so it cannot be evicted in between. */
  async #read(name: string): Promise<Conversation> {
    const conversation = new Conversation(name);
    try {
      conversation.reset(await this.#persistence.loadConversation(name));
      conversation.pins = this.#loading.get(name)?.waiting ?? 0;
    } finally {
      this.#loading.delete(name);
    }
    this.#evict(1);
    this.#cached.set(name, conversation);
    return conversation;
  }

  /** Makes room for `more`, as far as there are conversations that nobody uses. */
  #evict(more: number): void {
    for (const conversation of this.#idle) {
      if (this.#cached.size + more <= this.#limits.conversationsCached) return;
      this.#idle.delete(conversation);
      this.#dropTail(conversation);
      this.#cached.delete(conversation.name);
    }
  }

  #dropTail(conversation: Conversation): void {
    if (!this.#tailed.delete(conversation)) return;
    this.#tailBytes -= conversation.tail.costBytes;
    conversation.tail.clear();
  }
}
