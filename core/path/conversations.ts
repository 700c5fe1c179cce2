/**
 * The conversations in memory: each name has one object while anybody uses it. A cache over the
 * store, bounded.
 */
import type { Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import { Conversation } from '../chat/conversation.ts';
import type { Kept } from '../chat/tail.ts';

export class Conversations {
  readonly #persistence: Persistence;
  readonly #limits: Limits;
  /** In order of use, the longest unused first. */
  readonly #cached = new Map<string, Conversation>();
  readonly #loading = new Map<string, Promise<void>>();
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

  /** The conversation if it is in memory. */
  get(name: string): Conversation | undefined {
    return this.#cached.get(name);
  }

  /**
   * Loads a conversation (an empty one if the store has none) and pins it; each pin needs an
   * `unpin`.
   */
  async pin(name: string): Promise<Conversation> {
    for (;;) {
      const conversation = this.pinCached(name);
      if (conversation) return conversation;
      // It may be evicted again before this goes on; then it is loaded once more.
      await this.#load(name);
    }
  }

  /** Pins a conversation that is in memory; undefined if it must be loaded. */
  pinCached(name: string): Conversation | undefined {
    const conversation = this.#cached.get(name);
    if (conversation) {
      conversation.pins += 1;
      this.#touch(conversation);
    }
    return conversation;
  }

  unpin(conversation: Conversation): void {
    conversation.pins -= 1;
    if (this.#cached.size > this.#limits.conversationsCached) this.#evict();
  }

  /** Reads a conversation back from the store, in place. */
  async refresh(conversation: Conversation): Promise<void> {
    const record = await this.#persistence.loadConversation(conversation.name);
    this.#tailBytes -= conversation.tail.costBytes;
    conversation.reset(record);
  }

  remember(conversation: Conversation, kept: Kept): void {
    this.#tailBytes += conversation.tail.push(kept, this.#limits.tailEntries);
    if (this.#tailBytes > this.#limits.tailBytes) this.#cutTails(conversation);
  }

  #load(name: string): Promise<void> {
    let loading = this.#loading.get(name);
    if (!loading) {
      loading = this.#read(name).finally(() => this.#loading.delete(name));
      this.#loading.set(name, loading);
    }
    return loading;
  }

  async #read(name: string): Promise<void> {
    const conversation = new Conversation(name);
    conversation.reset(await this.#persistence.loadConversation(name));
    this.#cached.set(name, conversation);
    if (this.#cached.size > this.#limits.conversationsCached) {
      conversation.pins += 1;
      this.#evict();
      conversation.pins -= 1;
    }
  }

  #touch(conversation: Conversation): void {
    this.#cached.delete(conversation.name);
    this.#cached.set(conversation.name, conversation);
  }

  #evict(): void {
    for (const [name, conversation] of this.#cached) {
      if (this.#cached.size <= this.#limits.conversationsCached) return;
      if (conversation.pins > 0) continue;
      this.#tailBytes -= conversation.tail.costBytes;
      this.#cached.delete(name);
    }
  }

  #cutTails(spared: Conversation): void {
    for (const conversation of this.#cached.values()) {
      if (this.#tailBytes <= this.#limits.tailBytes) return;
      if (conversation === spared) continue;
      this.#tailBytes -= conversation.tail.costBytes;
      conversation.tail.clear();
    }
  }
}
