/**
 * Guards on the path: each new message of a batch is shown to them in their sequence, all messages
 * side by side, before anything is judged. What they say is used after the rights.
 */
import type { Clock, Guard, GuardedMessage } from '../contract/index.ts';
import type { GuardSettings } from '../config/role-settings.ts';
import type { Limits } from '../config/limits.ts';
import { Current } from '../kernel/current.ts';
import { refuse, type Refusal } from '../chat/rules.ts';
import { checkShape } from '../chat/shape.ts';
import type { Draft } from '../chat/draft.ts';
import type { Send } from '../wire/frames.ts';
import { GuardPost, type Finding, type PostReport } from './guard-post.ts';
import type { Handed } from './handed.ts';
import type { Drafts } from './recall.ts';

/** A guard as it stands in the configuration. */
export interface Guarded {
  readonly name: string;
  readonly guard: Guard;
  readonly settings: GuardSettings;
  readonly report: PostReport;
}

/** What the guards made of a message. */
export interface Look {
  readonly refusal: Refusal | undefined;
  /** The content that goes into the log. */
  readonly content: Content | undefined;
}

/**
 * Of a message that nobody looked at, as it seemed to be a repeat: should it be judged as a new one
 * all the same, it must come again.
 */
export const UNSEEN: Look = {
  refusal: refuse('not-ready', 'the guards have not seen this message'),
  content: undefined,
};

export type Content = Pick<Send, 'body' | 'mediaType'>;
/** Of one batch; a message that is planned again is not looked at again. */
export type Looks = Map<Handed, Look>;

interface Surroundings {
  readonly guards: readonly Guarded[];
  readonly clock: Clock;
  readonly limits: Limits;
}

type Posts = readonly GuardPost[];

interface Batch {
  readonly batch: readonly Handed[];
  readonly drafts: Drafts;
  readonly looks: Looks;
}

const TEXT = 'text/plain';

export class Guarding {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #posts: Current<readonly GuardPost[]>;

  constructor({ guards, clock, limits }: Surroundings) {
    this.#limits = limits;
    this.#clock = clock;
    this.#posts = new Current(this.#postsOf(guards));
  }

  /** True if there are no guards: then nothing needs to be looked at. */
  get idle(): boolean {
    return this.#posts.value.length === 0;
  }

  /**
   * These look from the next batch on; who was there before keeps its post. Resolves when nobody
   * looks any more who is not among them.
   */
  exchange(guards: readonly Guarded[]): Promise<void> {
    return this.#posts.exchange(this.#postsOf(guards));
  }

  #postsOf(guards: readonly Guarded[]): readonly GuardPost[] {
    const before = this.#posts?.value ?? [];
    return guards.map((one) => {
      const post = before.find((old) => old.guarded === one);
      return post ?? new GuardPost(one, this.#clock, this.#limits);
    });
  }

  /** Adds a look for each message of the batch that may be kept. Never rejects. */
  look(batch: readonly Handed[], drafts: Drafts, looks: Looks): Promise<void> {
    return this.#posts.use((posts) => this.#lookWith(posts, { batch, drafts, looks }));
  }

  async #lookWith(posts: Posts, { batch, drafts, looks }: Batch): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const handed of batch) {
      const { command } = handed;
      if (command.type !== 'send' || looks.has(handed)) continue;
      if (!isNew(handed, drafts.get(command.conversation) as Draft)) continue;
      const look = this.#pass(posts, handed, command);
      if (look instanceof Promise) waiting.push(look.then((late) => void looks.set(handed, late)));
      else looks.set(handed, look);
    }
    await Promise.all(waiting);
  }

  /** Shows the message to the guards; without a promise while they need none. */
  #pass(posts: Posts, handed: Handed, command: Send): Look | Promise<Look> {
    let current = command;
    for (const [at, post] of posts.entries()) {
      const finding = post.look(messageOf(handed, current));
      if (finding instanceof Promise) {
        const message = current;
        return finding.then((late) => {
          const next = this.#take(post, message, late);
          return 'refusal' in next ? next : this.#pass(posts.slice(at + 1), handed, next);
        });
      }
      const next = this.#take(post, current, finding);
      if ('refusal' in next) return next;
      current = next;
    }
    return { refusal: undefined, content: contentOf(current) };
  }

  /** The message as the next guard sees it, or the end of its way. */
  #take(post: GuardPost, command: Send, finding: Finding): Send | Look {
    const ended = (refusal: Refusal): Look => ({ refusal, content: contentOf(command) });
    if (finding.is === 'allow') return command;
    if (finding.is === 'refuse') return ended(refuse('forbidden', finding.detail));
    if (finding.is === 'failed') {
      return ended(refuse('not-ready', `${post.name} cannot look at messages now`));
    }
    const changed = { ...command, ...finding.content };
    const wrong = checkShape(changed, this.#limits);
    if (!wrong) return changed;
    post.misshaped();
    return ended(refuse(wrong.code, `as ${post.name} changed it: ${wrong.detail}`));
  }
}

/**
 * Repeats, and what admission refused, are nobody's to see. What waits behind another command of
 * the same batch is: it may be judged right after it.
 */
function isNew({ command, sender, refusal }: Handed, draft: Draft): boolean {
  return refusal === undefined && command.number > draft.lastNumber(sender);
}

function messageOf({ user, device }: Handed, command: Send): GuardedMessage {
  const { conversation, number, id, sentAt, mediaType = TEXT } = command;
  const body = new Uint8Array(command.body);
  return { conversation, user, device, number, id, sentAt, mediaType, body };
}

function contentOf({ body, mediaType }: Send): Content {
  return mediaType === undefined ? { body } : { body, mediaType };
}
