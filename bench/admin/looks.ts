/** What it costs the server to be looked at, with all the sessions that it has. */
import { setTimeout as pause } from 'node:timers/promises';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { CHUNK_ROWS } from '../../tui/model/list.ts';
import type { System } from '../system.ts';
import { round } from '../works/work.ts';
import { median } from './blocks.ts';
import { cpuTime } from './cpu-time.ts';
import { adminSocket } from './socket.ts';
import { Watching } from './watching.ts';

const LOOKS = 60;
const WARM_UP_LOOKS = 40;
const TURNS = 7;
const SETTLED_MS = 500;
const TURN_MS = 2_000;

/** What `im top` asks for; `middle` is a place in the list. */
function queries(middle: number): Readonly<Record<string, Record<string, string | number>>> {
  return {
    'as the screen opens': { sort: '-queuedBytes' },
    'by user': { sort: 'user' },
    'by user, in the middle': { sort: 'user', offset: middle },
    'by age, filtered by a word': { sort: '-ageMs', filter: 'bench' },
    'by user, filtered by a number': { sort: 'user', filter: 'ageMs>1000' },
  };
}

export interface Look {
  /** CPU of the event loop's thread for one, ms; with the answer, which is written as JSON. */
  readonly 'loop ms': number;
  /** Until its answer was here, ms. */
  readonly 'p50 ms': number;
  readonly 'max ms': number;
}

export async function measureLooks(
  system: System,
  sessions: number,
): Promise<Record<string, Look>> {
  const client = new AdminClient({ name: 'bench', socket: adminSocket(system) });
  const looks: Record<string, Look> = {};
  for (const [name, query] of Object.entries(queries(sessions / 2))) {
    const look = async (): Promise<void> => {
      const { rows } = await client.ask('sessions', { limit: CHUNK_ROWS, ...query });
      if (rows.length !== CHUNK_ROWS) throw new Error(`${name}: ${rows.length} rows`);
    };
    for (let i = 0; i < WARM_UP_LOOKS; i += 1) await look();
    const took: number[] = [];
    const before = cpuTime(system.server.pid);
    for (let i = 0; i < LOOKS; i += 1) {
      const begun = performance.now();
      await look();
      took.push(performance.now() - begun);
    }
    const { loopMs } = cpuTime(system.server.pid);
    const sorted = took.toSorted((a, b) => a - b);
    looks[name] = {
      'loop ms': round((loopMs - before.loopMs) / LOOKS, 2),
      'p50 ms': round(sorted[LOOKS / 2] ?? NaN, 1),
      'max ms': round(sorted.at(-1) ?? NaN, 1),
    };
  }
  return looks;
}

/**
 * What all that an operator has open takes of a core of the server, %, while nothing else goes on:
 * by turns, since the server has heartbeats of its own to send, now and then.
 */
export async function measureWatching(system: System): Promise<number> {
  const watching = new Watching(system);
  const percents: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const [alone, watched] = [
      await share(system, watching, false),
      await share(system, watching, true),
    ];
    percents.push(watched - alone);
  }
  await watching.end();
  return median(percents);
}

async function share({ server }: System, watching: Watching, isOn: boolean): Promise<number> {
  watching.turn(isOn);
  await pause(SETTLED_MS);
  const [begunMs, before] = [performance.now(), cpuTime(server.pid)];
  await pause(TURN_MS);
  return (100 * (cpuTime(server.pid).allMs - before.allMs)) / (performance.now() - begunMs);
}
