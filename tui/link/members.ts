/**
 * Streams to every member that is known: overview, cluster, beats and events of each, so that a
 * node that dies is a thing that is shown. And one stream more to the member that is followed, with
 * what the screen needs.
 */
import type { Target } from '../../core/admin/client/admin-client.ts';
import { askTrace } from '../../core/admin/client/ask-trace.ts';
import type { Output, VerbName } from '../../core/admin/verbs.ts';
import type { Given } from '../model/dialog.ts';
import { alive, nodeOf } from '../model/link.ts';
import type { Action } from '../model/state.ts';
import type { State } from '../model/ui.ts';
import { traceKeyOf } from '../model/tracing.ts';
import { wantsOf } from '../model/wants.ts';
import { Follower } from './follower.ts';
import { Member } from './member.ts';
import { problemOf } from './problem-of.ts';
import type { Surroundings } from './surroundings.ts';

interface Around extends Surroundings {
  readonly state: () => State;
  readonly dispatch: (action: Action) => void;
}

/** Learned from the cluster, at most. */
const MEMBERS_MAX = 16;
/** Of HTTP. */
const NOT_THERE = 404;

export class Members {
  readonly #around: Around;
  readonly #members = new Map<string, Member>();
  /** Learned once and gone since: tried again when nobody is there. */
  readonly #gone = new Map<string, Target>();
  readonly #first: Target;
  readonly #follower: Follower;

  constructor(targets: readonly Target[], around: Around) {
    const [first] = targets;
    if (!first) throw new Error('there is nobody to watch');
    this.#around = around;
    this.#first = first;
    this.#follower = new Follower(around);
    for (const target of targets) this.#add(target, false);
  }

  /** After every action: whom to watch, and what of the one that is followed. */
  look(): void {
    const { data, ui } = this.#around.state();
    this.#learn(data);
    const { preferred } = data;
    const member = preferred === undefined ? undefined : this.#members.get(preferred);
    const link = data.links.find(({ name }) => name === preferred);
    // A node that does not answer its light stream is not asked for more.
    const there = member && link && alive(link, data.now) ? member : undefined;
    this.#follower.follow(there?.target, wantsOf(ui));
  }

  /** Tries them all at once. */
  reconnect(): void {
    for (const member of this.#members.values()) member.restart();
    this.#follower.stop();
    this.look();
  }

  async ask(verb: VerbName, input: Given): Promise<void> {
    const { dispatch, connect } = this.#around;
    const key = verb === 'trace' ? traceKeyOf(input) : undefined;
    try {
      const output = key ? await this.#trace(key) : await connect(this.#target).ask(verb, input);
      dispatch({ kind: 'told', verb, input, output });
    } catch (error) {
      dispatch({ kind: 'refused', verb, problem: problemOf(error) });
    }
  }

  /** Each node has its part of it. Rejects if none that is there answers. */
  async #trace(key: Output<'trace'>['key']): Promise<Output<'trace'>> {
    const { links, now } = this.#around.state().data;
    const there = [...this.#members.values()].filter(({ target }) =>
      links.some((link) => link.name === target.name && alive(link, now)),
    );
    const targets = there.length > 0 ? there.map(({ target }) => target) : [this.#target];
    const { trace, problems } = await askTrace(targets.map(this.#around.connect), key);
    if (!trace) throw problems[0] ?? new Error('no node was asked');
    return trace;
  }

  /** One after the other: what has gone by itself is no failure, anything else ends it. */
  async each(verb: VerbName, inputs: readonly Given[]): Promise<void> {
    const { dispatch, connect } = this.#around;
    const admin = connect(this.#target);
    let done = 0;
    let gone = 0;
    for (const input of inputs) {
      try {
        await admin.ask(verb, input);
        done += 1;
      } catch (error) {
        const problem = problemOf(error);
        if (problem.status === NOT_THERE) gone += 1;
        else return dispatch({ kind: 'refused', verb: `${verb}, ${done} done`, problem });
      }
    }
    const rest = gone === 0 ? '' : `; ${gone} had gone by themselves`;
    dispatch({ kind: 'say', text: `${verb}: ${done} done${rest}`, tone: 'good' });
  }

  get #target(): Target {
    const { preferred } = this.#around.state().data;
    return (preferred && this.#members.get(preferred)?.target) || this.#first;
  }

  stop(): void {
    this.#follower.stop();
    for (const member of this.#members.values()) member.stop();
  }

  #add(target: Target, learned: boolean): void {
    const { name } = target;
    if (this.#members.has(name)) return;
    this.#gone.delete(name);
    this.#around.dispatch({ kind: 'link', link: name, learned });
    const member = new Member(target, this.#around);
    this.#members.set(name, member);
    member.start();
  }

  /** Nodes that the cluster tells of, and no stream has led to yet. */
  #learn({ links, now }: State['data']): void {
    const there = links.filter((link) => alive(link, now));
    const told = there.flatMap(({ cluster }) => cluster?.nodes ?? []);
    // Before a target has said which node it is, it may be any of them.
    const unknown = links.some(({ heardAt, failures }) => heardAt === undefined && failures === 0);
    if (unknown) return;
    if (there.length === 0) for (const target of this.#gone.values()) this.#add(target, true);
    for (const { node, admin, state } of told) {
      if (admin === undefined || state === 'gone' || this.#members.size >= MEMBERS_MAX) continue;
      if (links.some((link) => nodeOf(link) === node)) continue;
      // A file of this machine is no address that a node elsewhere can tell; and who came with a
      // token may do what that is good for, and no more.
      if (SOCKET.test(admin) && this.#first.socket === undefined) continue;
      this.#add(learned(node, admin, this.#first), true);
    }
    for (const { name, learned: byCluster, phase } of links) {
      const listed = told.some(({ node, state }) => node === name && state !== 'gone');
      if (byCluster && !listed && phase === 'waiting' && told.length > 0) this.#remove(name);
    }
  }

  #remove(name: string): void {
    const member = this.#members.get(name);
    if (!member) return;
    member.stop();
    this.#members.delete(name);
    this.#gone.set(name, member.target);
    const [oldest] = this.#gone.keys();
    if (oldest !== undefined && this.#gone.size > MEMBERS_MAX) this.#gone.delete(oldest);
    this.#around.dispatch({ kind: 'unlink', link: name });
  }
}

const SOCKET = /^unix:(?:\/\/)?(?=\/)/;

/** How a node that told its address is reached: with our token, but never less safely than ours. */
function learned(node: string, admin: string, first: Target): Target {
  if (SOCKET.test(admin)) return { name: node, socket: admin.replace(SOCKET, '') };
  const { token, ca } = first;
  const safe = admin.startsWith('https://') || first.url?.startsWith('http://') === true;
  return {
    name: node,
    url: admin,
    ...(token !== undefined && (safe || isLoopback(admin)) && { token }),
    ...(ca !== undefined && { ca }),
  };
}

/** By number: a name may begin as a number does, and be anywhere. */
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/;

function isLoopback(url: string): boolean {
  return LOOPBACK.test(URL.parse(url)?.hostname ?? '');
}
