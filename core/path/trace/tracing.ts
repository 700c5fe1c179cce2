/** Puts the life of one message together: from the flight recorder, and from the store. */
import { ImError, type Clock, type Entry, type Persistence } from '../../contract/index.ts';
import type { Shards } from '../../cluster/shards.ts';
import type { CommandRow, PlaceInLog } from './command-ring.ts';
import type { FlightRecorder } from './flight-recorder.ts';
import type { HopRow } from './hop-ring.ts';
import { readStanding, type Readers } from './read-standing.ts';
import type { Hop, Trace, TracedCommand, TracedEntry, TraceKey, TracingNode } from './trace.ts';

interface Surroundings extends Readers {
  readonly node: string;
  readonly recorder: FlightRecorder;
  readonly persistence: Persistence;
  readonly shards: Shards;
  readonly clock: Clock;
}

/** From a moment on the monotonic clock to the wall clock's, ms. */
type WallOf = (ms: number) => number;

/** What the store says; nothing, if it does not answer. */
interface Durable {
  readonly entry?: Entry;
  readonly standing?: Trace['standing'];
  readonly unread?: string;
}

export class Tracing {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /**
   * All that this node knows of the message. By an id that the recorder does not remember, nothing:
   * the store finds entries by their place. Rejects only if the store cannot be trusted any more.
   */
  async traceOf(key: TraceKey): Promise<Trace> {
    const { commands, hops } = this.#around.recorder;
    const named = commands.find(key);
    const place = 'id' in key ? placeOf(named) : key;
    const followed = place ? hops.find(place) : [];
    const { entry, standing, unread } = place ? await this.#durable(place, followed) : {};
    const rows = this.#rowsOf(named, entry);
    const wallOf = this.#wallOf();
    return {
      key,
      nodes: [this.#node(wallOf, place, unread)],
      command: entry ? commandOf(entry) : rows.at(-1) && commandOf(rows.at(-1) as CommandRow),
      entry: entry && tracedEntry(entry, this.#around.shards),
      hops: this.#hops(rows, followed, wallOf),
      standing,
    };
  }

  async #durable(place: PlaceInLog, followed: readonly HopRow[]): Promise<Durable> {
    const { persistence } = this.#around;
    const { conversation, position } = place;
    try {
      const range = { after: position - 1, before: position + 1, limit: 1, take: 'first' } as const;
      const [entry] = await persistence.readConversation(conversation, range);
      if (!entry) return {};
      return { entry, standing: await readStanding(entry, followed, this.#around) };
    } catch (error) {
      if (!(error instanceof ImError) || error.kind !== 'passing') throw error;
      return { unread: error.code };
    }
  }

  /** All that came under the entry's id from its sender: refused first, or sent again, too. */
  #rowsOf(named: readonly CommandRow[], entry: Entry | undefined): readonly CommandRow[] {
    const last = named.at(-1);
    const wanted = entry ?? last;
    if (!wanted) return [];
    return this.#around.recorder.commands
      .find({ id: wanted.id })
      .filter(
        ({ conversation, user, device }) =>
          conversation === wanted.conversation && user === wanted.user && device === wanted.device,
      );
  }

  #wallOf(): WallOf {
    const { clock } = this.#around;
    const offsetMs = clock.now() - clock.monotonic();
    return (ms) => Math.round(ms + offsetMs);
  }

  #node(wallOf: WallOf, place: PlaceInLog | undefined, unread: string | undefined): TracingNode {
    const { node, recorder, shards, clock } = this.#around;
    const { commandsSinceMs, hopsSinceMs, ...counts } = recorder.remembered;
    const epoch = place && shards.epoch(shards.of(place.conversation));
    return {
      node,
      now: clock.now(),
      ...(epoch === undefined ? {} : { epoch }),
      ...(unread === undefined ? {} : { unread }),
      ...(commandsSinceMs === undefined ? {} : { commandsSince: wallOf(commandsSinceMs) }),
      ...(hopsSinceMs === undefined ? {} : { hopsSince: wallOf(hopsSinceMs) }),
      ...counts,
    };
  }

  #hops(rows: readonly CommandRow[], followed: readonly HopRow[], wallOf: WallOf): readonly Hop[] {
    const { node } = this.#around;
    const hops = [
      ...rows.flatMap((row) => commandHops(row, node)),
      ...followed.map((row) => followingHop(row, node)),
    ];
    return hops.sort((a, b) => a.at - b.at).map((hop) => ({ ...hop, at: wallOf(hop.at) }));
  }
}

/** Where the command went that has a position. */
function placeOf(rows: readonly CommandRow[]): PlaceInLog | undefined {
  const row = rows.findLast(({ position }) => position !== undefined);
  return row?.position === undefined
    ? undefined
    : { conversation: row.conversation, position: row.position };
}

function commandOf({ id, conversation, number, user, device }: TracedCommand): TracedCommand {
  return { id, conversation, number, user, device };
}

function tracedEntry(entry: Entry, shards: Shards): TracedEntry {
  const { position, order, sentAt, acceptedAt, kind, mediaType, body } = entry;
  return {
    ...commandOf(entry),
    position,
    order,
    shard: shards.of(entry.conversation),
    sentAt,
    acceptedAt,
    kind,
    ...(body === undefined ? {} : { mediaType: mediaType ?? 'text/plain', bodyBytes: body.length }),
  };
}

/** Its times are monotonic still. */
function commandHops(row: CommandRow, node: string): readonly Hop[] {
  const { user, device, position, epoch, outcome } = row;
  const hops: Hop[] = [{ at: row.receivedMs, node, hop: 'received', user, device }];
  const where = position === undefined ? {} : { position };
  if (row.placedMs !== undefined) hops.push({ at: row.placedMs, node, hop: 'placed', ...where });
  if (row.keptMs !== undefined) {
    hops.push({ at: row.keptMs, node, hop: 'kept', ...where, ...(epoch ? { epoch } : {}) });
  }
  if (row.answeredMs !== undefined) {
    const said = outcome === undefined ? {} : { outcome };
    hops.push({ at: row.answeredMs, node, hop: 'answered', user, device, ...where, ...said });
  }
  return hops;
}

function followingHop({ hop, ms: at, who, device }: HopRow, node: string): Hop {
  const isConsumer = hop === 'taken' || hop === 'failed' || hop === 'set-aside';
  return isConsumer ? { at, node, hop, consumer: who } : { at, node, hop, user: who, device };
}
