/** Where the readers of an entry stand, as the store has it: marks, cursors, consumers. */
import type { Entry, Persistence } from '../../contract/index.ts';
import { Conversation } from '../../chat/conversation.ts';
import type { Directory } from '../../session/directory.ts';
import type { Effects } from '../effects.ts';
import type { Progress } from '../progress.ts';
import type { HopRow } from './hop-ring.ts';
import type { Standing, TracedDevice, TracedUser } from './trace.ts';

export interface Readers {
  readonly persistence: Persistence;
  readonly directory: Directory;
  readonly progress: Progress;
  readonly effects: Pick<Effects, 'standingOf'>;
  readonly shards: { of(conversation: string): number; epoch(shard: number): number | undefined };
}

/** Users who are told one by one; of the others there are counts. */
const USERS_MAX = 50;

/** `followed`: what is noted of the entry. Rejects as the store does. */
export async function readStanding(
  entry: Entry,
  followed: readonly HopRow[],
  around: Readers,
): Promise<Standing> {
  const { persistence, progress, effects, shards } = around;
  await progress.flush();
  const record = await persistence.loadConversation(entry.conversation);
  const conversation = new Conversation(entry.conversation);
  conversation.reset(record);
  const names = [...new Set([...conversation.members.keys(), ...conversation.former.keys()])];
  const seers = names.filter((user) => conversation.sees(user, entry.position)).sort();
  const marks = seers.map((user) => conversation.marksOf(user));
  const users: TracedUser[] = [];
  for (const user of seers.slice(0, USERS_MAX)) {
    const noted = followed.filter(({ who }) => who === user).map(({ device }) => device);
    users.push(await readUser(user, new Set(noted), { conversation, entry, around }));
  }
  const shard = shards.of(entry.conversation);
  const owned = shards.epoch(shard) !== undefined;
  return {
    sees: seers.length,
    received: marks.filter(({ received }) => received >= entry.position).length,
    read: marks.filter(({ read }) => read >= entry.position).length,
    users,
    consumers: owned ? await effects.standingOf(entry, shard, persistence) : [],
  };
}

interface Asked {
  readonly conversation: Conversation;
  readonly entry: Entry;
  readonly around: Readers;
}

/** `noted`: devices that may be gone by now; of others the store has no list. */
async function readUser(
  user: string,
  noted: ReadonlySet<string>,
  { conversation, entry, around }: Asked,
): Promise<TracedUser> {
  const { persistence, directory, progress } = around;
  const { position } = entry;
  const seats = new Map([...directory.seatsOf(user)].map((seat) => [seat.device, seat]));
  const devices: TracedDevice[] = [];
  for (const device of new Set([...seats.keys(), ...noted])) {
    const kept = await persistence.loadCursor(conversation.name, user, device);
    const moving = progress.cursorOf(conversation.name, user, device) ?? 0;
    const cursor = Math.max(kept.cursor, moving);
    const here = seats.get(device)?.session?.live === true;
    devices.push({ device, here, cursor, has: cursor >= position });
  }
  const { received, read } = conversation.marksOf(user);
  const [hasReceived, hasRead] = [received >= position, read >= position];
  return { user, received, read, hasReceived, hasRead, devices };
}
