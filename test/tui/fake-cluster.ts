/** Nodes with an admin API, and a clock that stands still until it is told to go on. */
import type { Target, Watcher } from '../../core/admin/client/admin-client.ts';
import { AdminProblem, unreachable } from '../../core/admin/client/admin-problem.ts';
import type { Frame, StreamInput } from '../../core/admin/protocol/index.ts';
import type { Admin, Surroundings } from '../../tui/link/surroundings.ts';
import { deadLetters, deadLetterShown } from './fake-dead-letters.ts';
import { orderingView } from './fake-ordering.ts';
import { sessionAt, SESSIONS_TOTAL } from './fake-sessions.ts';
import * as views from './fake-views.ts';

interface Stream {
  readonly node: string;
  readonly input: StreamInput;
  readonly watcher: Watcher;
}

export interface AskedOf {
  readonly node: string;
  readonly verb: string;
  readonly input: unknown;
}

export class FakeCluster implements Surroundings {
  #now = 100_000;
  readonly #timers: { at: number; readonly call: () => void }[] = [];
  readonly streams = new Set<Stream>();
  readonly asked: AskedOf[] = [];
  /** Nodes that do not answer, and those that are silent but there. */
  readonly dead = new Set<string>();
  readonly hung = new Set<string>();
  /** By what a node refuses a stream of these topics; undefined: it does not. */
  refusal: (node: string, topics: readonly string[]) => AdminProblem | undefined = () => undefined;
  /** By node and topic words: what it tells instead of the usual. */
  readonly told = new Map<string, unknown>();
  /** By verb: its answer, or its refusal. */
  readonly answers = new Map<string, unknown>();
  permission: 'read' | 'operate' = 'operate';

  readonly now = (): number => this.#now;
  readonly random = (): number => 1;

  readonly after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, call };
    this.#timers.push(timer);
    return () => void (timer.at = Number.POSITIVE_INFINITY);
  };

  readonly connect = (target: Target): Admin => ({
    ask: async (verb, input) => {
      this.asked.push({ node: target.name, verb, input });
      await Promise.resolve();
      if (this.dead.has(target.name)) throw unreachable(target.name, 'ECONNREFUSED');
      if (verb === 'events') return { lost: false, events: this.#events(target.name) } as never;
      const answer = this.answers.get(verb);
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    watch: (input, watcher) => this.#watch({ node: target.name, input, watcher }),
  });

  #watch(stream: Stream): () => void {
    if (this.dead.has(stream.node)) {
      const problem = new AdminProblem(
        stream.node,
        'IM_ADMIN_UNREACHABLE',
        `cannot reach ${stream.node} (ECONNREFUSED)`,
        0,
      );
      return this.after(1, () => stream.watcher.closed(problem));
    }
    const refused = this.refusal(stream.node, stream.input.topic ?? []);
    if (refused) return this.after(1, () => stream.watcher.closed(refused));
    this.streams.add(stream);
    this.after(1, () => this.#send(stream));
    return () => void this.streams.delete(stream);
  }

  #events(node: string): readonly unknown[] {
    return node === 'im-a' ? views.eventList : [];
  }

  #send(stream: Stream): void {
    const { node, input, watcher } = stream;
    if (!this.streams.has(stream) || this.hung.has(node)) return;
    const topics = input.topic ?? [];
    const answers = topics.map((topic) => [topic, this.#answer(node, topic)] as const);
    watcher.beat({
      at: views.WALL_MS,
      loopDelayMs: 1,
      permission: this.permission,
    });
    watcher.frame({ at: views.WALL_MS, skipped: 0, views: Object.fromEntries(answers) });
  }

  #answer(node: string, topic: string): Frame['views'][string] {
    const [words = '', query] = topic.split('?');
    const told = this.told.get(`${node} ${words}`);
    if (told !== undefined) return told as Frame['views'][string];
    return { view: usual(node, words, new URLSearchParams(query)) };
  }

  /** A process that is killed: its streams end at once. */
  kill(node: string): void {
    this.dead.add(node);
    for (const stream of this.streams) {
      if (stream.node !== node) continue;
      this.streams.delete(stream);
      stream.watcher.closed(unreachable(node, 'ECONNRESET'));
    }
  }

  /** Lets time go on in steps of half a second, with a frame on every stream in each. */
  async advance(forMs: number): Promise<void> {
    const until = this.#now + forMs;
    let nextFrameAt = this.#now + 500;
    while (this.#now < until) {
      this.#now = Math.min(until, this.#now + 10);
      for (const timer of this.#timers.splice(0)) {
        if (timer.at > this.#now) this.#timers.push(timer);
        else timer.call();
      }
      if (this.#now >= nextFrameAt) {
        nextFrameAt += 500;
        for (const stream of this.streams) this.#send(stream);
      }
      await Promise.resolve();
    }
  }
}

function usual(node: string, words: string, query: URLSearchParams): unknown {
  const { conversationList, conversationShown, pluginList, pluginShown } = views;
  const known: Readonly<Record<string, unknown>> = {
    overview: views.overviewOf(node),
    cluster: views.clusterOf(),
    conversations: conversationList,
    'conversation show': conversationShown,
    plugins: pluginList,
    'plugin show': pluginShown,
    'dead-letters': { total: deadLetters.length, rows: deadLetters, more: false },
    'dead-letter show': deadLetterShown,
    store: views.storeView,
    ordering: orderingView,
    config: views.configView,
    acts: views.actList,
  };
  if (words !== 'sessions') return known[words];
  const offset = Number(query.get('offset') ?? 0);
  const rest = Math.max(0, SESSIONS_TOTAL - offset);
  const limit = Math.min(Number(query.get('limit') ?? 50), rest);
  const rows = Array.from({ length: limit }, (_, i) => sessionAt(offset + i));
  return { total: SESSIONS_TOTAL, rows };
}
