/** What begins with a slash in `im chat`. */
import {
  type Client,
  type CommandHandle,
  type Delivery,
  type MemberItem,
  RefusedError,
} from '../client/index.ts';
import { NAME } from './chat-options.ts';
import { clockText, NOT_KEPT, safeText } from './chat-text.ts';
import { NO_TICK, type Tick, tickAt } from './chat-ticks.ts';

/** What a command may do to the chat around it. */
export interface Table {
  readonly im: Client;
  readonly user: string;
  /** A user or a conversation; undefined: none yet. */
  target: string | undefined;
  print(text: string): void;
  /** As it is shown. */
  tick(tick: Tick): string;
  quit(): void;
}

interface ChatCommand {
  readonly use: string;
  readonly help: string;
  readonly run: (table: Table, words: readonly string[]) => Promise<void> | void;
}

const UTF8 = new TextDecoder();
const HISTORY_DEFAULT = 20;

export function conversationOf({ target, user }: Table): string {
  if (target === undefined) throw new Error('say first whom to write to: /to USER or /group NAME');
  return target.includes('/') ? target : `d/${[user, target].sort().join('/')}`;
}

function names(words: readonly string[]): readonly string[] {
  const bad = words.find((word) => !NAME.test(word));
  if (bad !== undefined) throw new Error(`${bad} is no name`);
  if (words.length === 0) throw new Error('name somebody');
  return words;
}

async function done(table: Table, handle: CommandHandle, words: string): Promise<void> {
  await handle.accepted;
  table.print(words);
}

function contentText(kind: string | undefined, body: Uint8Array | undefined): string {
  if (kind === undefined) return safeText(UTF8.decode(body ?? new Uint8Array()));
  return kind === 'expired' ? NOT_KEPT : `* ${kind}`;
}

function historyText({ acceptedAt, from, kind, body }: Delivery): string {
  return `${clockText(acceptedAt)} ${safeText(from)}: ${contentText(kind, body)}`;
}

async function friends(table: Table, [word, user]: readonly string[]): Promise<void> {
  const act = word ?? 'list';
  if (act === 'list') {
    const list = await table.im.friends.list();
    const lines = list.map(({ user: name, state }) => `  ${safeText(name)}  ${state}`);
    table.print(lines.length === 0 ? 'no friends yet: /friends request USER' : lines.join('\n'));
    return;
  }
  if (!['request', 'accept', 'reject', 'remove'].includes(act)) {
    throw new Error('/friends [request|accept|reject|remove USER]');
  }
  const [name = ''] = names(user === undefined ? [] : [user]);
  await done(table, table.im.act(name, `friend.${act}`), `${act}: ${name}`);
}

async function group(table: Table, [name, ...members]: readonly string[]): Promise<void> {
  const [plain = ''] = names(name === undefined ? [] : [name.replace(/^g\//, '')]);
  if (members.length > 0) {
    await table.im.groups.create(plain, { members: names(members), title: plain }).accepted;
  }
  table.target = `g/${plain}`;
  table.print(`writing to ${table.target}`);
}

async function add(table: Table, words: readonly string[]): Promise<void> {
  const conversation = conversationOf(table);
  if (!conversation.startsWith('g/')) throw new Error('only a group has members to add');
  const users = names(words);
  await done(table, table.im.groups.add(conversation, users), `added ${users.join(', ')}`);
}

async function who(table: Table): Promise<void> {
  const members = await table.im.members(conversationOf(table));
  const online = await table.im.presence(members.map(({ user }) => user).slice(0, 500));
  const states = new Map(online.map(({ user, state }) => [user, state]));
  const lines = members.map(({ user, role, received, read }) => {
    const state = states.get(user);
    const here = state === undefined ? '' : `, ${state}`;
    return `  ${safeText(user)}  ${role}${here}, received ${received}, read ${read}`;
  });
  table.print(lines.join('\n'));
}

/** How far the others have come; undefined: the user is no member any more. */
async function marksOfOthers(
  { im, user }: Table,
  conversation: string,
): Promise<readonly MemberItem[] | undefined> {
  try {
    return (await im.members(conversation)).filter((member) => member.user !== user);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

async function history(table: Table, [count]: readonly string[]): Promise<void> {
  const limit = count === undefined ? HISTORY_DEFAULT : Number(count);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw new Error('/history [1-500]');
  const conversation = conversationOf(table);
  // Below the highest position there can be: the newest ones.
  const page = await table.im.history(conversation, { before: 2 ** 48 - 1, limit });
  const others = await marksOfOthers(table, conversation);
  const lines = page.items.map((item) => {
    const own = item.from === table.user && others !== undefined;
    const tick = own ? `${table.tick(tickAt(item.position, others))} ` : NO_TICK;
    return `${tick}${historyText(item)}`;
  });
  table.print(lines.length === 0 ? 'nothing yet' : lines.join('\n'));
}

export const CHAT_COMMANDS: Readonly<Record<string, ChatCommand>> = {
  to: {
    use: '/to USER',
    help: 'write to somebody',
    run: (table, words) => {
      table.target = names(words)[0];
      table.print(`writing to ${table.target}`);
    },
  },
  group: { use: '/group NAME [USER…]', help: 'write to a group; with users, make it', run: group },
  add: { use: '/add USER…', help: 'bring somebody into the group', run: add },
  join: {
    use: '/join NAME',
    help: 'join an open group',
    run: async (table, words) => {
      const [name = ''] = names(words);
      await table.im.groups.join(name).accepted;
      table.target = `g/${name}`;
      table.print(`writing to ${table.target}`);
    },
  },
  leave: {
    use: '/leave',
    help: 'leave the group',
    run: (table) => {
      const conversation = conversationOf(table);
      return done(table, table.im.groups.leave(conversation), `left ${conversation}`);
    },
  },
  friends: {
    use: '/friends [request|accept|reject|remove USER]',
    help: 'friends, and requests both ways',
    run: friends,
  },
  who: { use: '/who', help: 'who is in this conversation, and how far each has come', run: who },
  history: { use: '/history [N]', help: 'what was said', run: history },
  quit: { use: '/quit', help: 'end, as Ctrl-D does', run: (table) => table.quit() },
  help: {
    use: '/help',
    help: 'this list',
    run: (table) => {
      const lines = Object.values(CHAT_COMMANDS).map(({ use, help }) => `  ${use}: ${help}`);
      table.print([...lines, '  ✓ accepted, ✓✓ received, ✓✓✓ read'].join('\n'));
    },
  },
};

/** Runs a line that begins with a slash; what goes wrong is printed. */
export async function runCommand(table: Table, line: string): Promise<void> {
  const [name = '', ...words] = line.slice(1).trim().split(/\s+/);
  const command = Object.hasOwn(CHAT_COMMANDS, name) ? CHAT_COMMANDS[name] : undefined;
  if (command === undefined) {
    table.print(`no command /${name}: try /help`);
    return;
  }
  try {
    await command.run(table, words);
  } catch (error) {
    table.print(`/${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
