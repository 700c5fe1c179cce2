/**
 * One party of a conversation in a process of its own: the client SDK with its outbox in a file,
 * told what to do and telling what happens, so that a test can kill it at any moment.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fileOutbox } from '../../client/node/index.ts';
import { type Client, connect, type MemberItem, type Outbox } from '../../client/index.ts';
import { reasonOf } from '../../client/errors.ts';

export interface PartyPlan {
  readonly address: string;
  readonly token: string;
  readonly user: string;
  /** The file of its outbox. */
  readonly outbox: string;
  /** What the application does with a message: never ends its handler, handles it, reads it too. */
  readonly does: 'holds' | 'receives' | 'reads';
}

export type Order =
  | { readonly do: 'begin'; readonly plan: PartyPlan }
  | { readonly do: 'send'; readonly to: string; readonly text: string }
  | { readonly do: 'create'; readonly group: string; readonly members: readonly string[] }
  | { readonly do: 'members'; readonly conversation: string };

/** What a party tells: one happening each. */
export interface Told {
  readonly what:
    | 'online'
    | 'offline'
    | 'kept'
    | 'accepted'
    | 'received'
    | 'read'
    | 'shown'
    | 'receipt'
    | 'members'
    | 'failed';
  /** A text, or who. */
  readonly of?: string;
  readonly received?: number;
  readonly read?: number;
  readonly members?: readonly MemberItem[];
}

const waitMs = 30_000;

export class Party {
  readonly plan: PartyPlan;
  /** Everything that this process has told. */
  told: Told[] = [];
  #child: ChildProcess | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(plan: PartyPlan) {
    this.plan = plan;
  }

  /** Starts a process that goes on with the same outbox; `more`: what is different from now on. */
  begin(more: Partial<PartyPlan> = {}): void {
    assert.equal(this.#child, undefined, `${this.plan.user} is there`);
    this.told = [];
    this.#child = fork(fileURLToPath(import.meta.url), [], {
      execArgv: ['--conditions=im-src'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (told) => {
      this.told.push(told as Told);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    });
    this.order({ do: 'begin', plan: { ...this.plan, ...more } });
  }

  order(order: Order): void {
    this.#child?.send(order);
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Resolves when it has told this, `count` times, since its process began. */
  async hears(what: Told['what'], of?: string, count = 1): Promise<Told> {
    const limit = AbortSignal.timeout(waitMs);
    for (;;) {
      const found = this.told.filter((one) => one.what === what && (!of || one.of === of));
      const last = found[count - 1];
      if (last) return last;
      const told = new Promise<void>((resolve) => this.#waiting.add(resolve));
      await Promise.race([told, once(limit, 'abort')]);
      const { user } = this.plan;
      assert.ok(!limit.aborted, `${user} waits for ${what} ${of}: ${JSON.stringify(this.told)}`);
    }
  }

  /** What the server says of the members: marks that are perhaps not kept yet. */
  async members(conversation: string): Promise<ReadonlyMap<string, MemberItem>> {
    const before = this.told.filter(({ what }) => what === 'members').length;
    this.order({ do: 'members', conversation });
    const { members = [] } = await this.hears('members', conversation, before + 1);
    return new Map(members.map((member) => [member.user, member]));
  }
}

function tell(told: Told): void {
  process.send?.(told);
}

/** Tells when a command stands in the file. */
function telling(outbox: Outbox): Outbox {
  return {
    load: () => outbox.load(),
    write: async (changes) => {
      await outbox.write(changes);
      for (const one of changes) if (one.change === 'put') tell({ what: 'kept', of: textOf(one) });
    },
    close: () => outbox.close(),
  };
}

function textOf({ command }: { readonly command: object }): string {
  return 'body' in command ? Buffer.from(command.body as Uint8Array).toString() : '';
}

function begin(plan: PartyPlan): Client {
  const { address, token, user, does } = plan;
  const outbox = telling(fileOutbox(plan.outbox));
  const limits = { reconnectBaseMs: 50, reconnectFirstMs: 50, reconnectMaxMs: 500 };
  const im = connect({ address, token, user, device: 'main', outbox, limits });
  im.on('message', async ({ conversation, position, text = '' }) => {
    tell({ what: 'shown', of: text });
    if (does === 'holds') await new Promise(() => undefined);
    if (does === 'reads') im.read(conversation, position);
  });
  im.on('receipt', ({ user: of, received, read }) => tell({ what: 'receipt', of, received, read }));
  im.on('state', ({ state }) => {
    if (state === 'offline') tell({ what: 'offline' });
    if (state !== 'online') return;
    // Those that an earlier process left.
    for (const handle of im.unanswered) follow(handle, handle.id);
    tell({ what: 'online' });
  });
  return im;
}

function follow(handle: ReturnType<Client['send']>, of: string): void {
  for (const what of ['accepted', 'received', 'read'] as const) {
    handle[what].then(
      () => tell({ what, of }),
      (error: unknown) => tell({ what: 'failed', of: reasonOf(error) }),
    );
  }
}

async function obey(im: Client, order: Exclude<Order, { do: 'begin' }>): Promise<void> {
  if (order.do === 'send') follow(im.send(order.to, order.text), order.text);
  else if (order.do === 'create') {
    await im.groups.create(order.group, { members: order.members }).accepted;
    tell({ what: 'accepted', of: order.group });
  } else {
    const members = await im.members(order.conversation);
    tell({ what: 'members', of: order.conversation, members });
  }
}

if (process.send) {
  let im: Client | undefined;
  process.on('message', (message) => {
    const order = message as Order;
    if (order.do === 'begin') im = begin(order.plan);
    else if (im) {
      obey(im, order).catch((error: unknown) => tell({ what: 'failed', of: reasonOf(error) }));
    }
  });
  process.on('disconnect', () => process.exit());
}
