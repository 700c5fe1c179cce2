/** Every call to the disk goes wrong once, in every way, also those of the recovery after it. */
import assert from 'node:assert/strict';
import { ImError, type Entry, type Persistence } from 'im-kernel/contract';
import { fakeClock } from '../../kit/fake-clock.ts';
import { quietHost, seededRandom } from '../../kit/quiet-host.ts';
import { Prng } from '../prng.ts';
import { plainPort, type DiskPort } from './disk-port.ts';
import type { LogMutant } from './log-file.ts';
import { logStore } from './log-store.ts';
import { reference } from './reference.ts';
import { SimDisk } from './sim-disk.ts';
import { MISHAPS, stoppingPort, type Mishap } from './stopping-port.ts';
import { takeShards } from '../../kit/take-shards.ts';

const NEVER = new AbortController().signal;
const TIME_LIMIT_MS = 120_000;
const TALK = 'd/ann/bob';

type Act = (store: Persistence) => Promise<unknown>;

function entry(position: number, bodyBytes: number): Entry {
  const id = `0199a0b1-c2d3-7e4f-8a9b-00000000000${position}`;
  const whose = { conversation: TALK, user: 'ann', device: 'a1', number: position };
  const when = { order: position, sentAt: position, acceptedAt: position };
  return { ...whose, ...when, id, position, kind: 'message', body: new Uint8Array(bodyBytes) };
}

function append(position: number, bodyBytes: number): Act {
  const members = [{ user: 'bob', from: 1, role: 'member' as const }];
  const changes = [{ conversation: TALK, members }];
  const part = { shard: 0, epoch: 1, entries: [entry(position, bodyBytes)], changes };
  return (store) => store.append([part]);
}

/** The second is longer than a sector. */
const STORY: readonly Act[] = [
  (store) => takeShards(store, 'im-1', [0]),
  append(1, 10),
  append(2, 700),
  (store) => {
    const cursors = [{ conversation: TALK, user: 'bob', device: 'b1', cursor: 2 }];
    return store.saveProgress({ cursors, marks: [], seen: [{ user: 'bob', at: 5 }] });
  },
  (store) => store.register.compareAndSet('key', undefined, 'value'),
];

function open(disk: DiskPort, mutant?: LogMutant): Persistence {
  const host = quietHost({ clock: fakeClock(), random: seededRandom(1) });
  return logStore({ disk, host, shards: 4, make: reference, mutant });
}

/** All that the story changes. */
async function stateOf(store: Persistence): Promise<string> {
  const everything = { after: 0, limit: 9, take: 'first' } as const;
  const [place, seen] = [['bob', 'b1'] as const, await store.lastSeen(['bob'])];
  return JSON.stringify([
    (await store.ownership.look()).shards,
    (await store.readConversation(TALK, everything)).map(({ id, body }) => [id, body?.length]),
    await store.loadConversation(TALK),
    await store.loadCursor(TALK, ...place),
    await store.register.read('key'),
    seen,
  ]);
}

/** The states after none, one, two … acts of the story. */
async function statesOfStory(): Promise<readonly string[]> {
  const store = open(plainPort(new SimDisk()));
  await store.start(NEVER);
  const states = [await stateOf(store)];
  for (const act of STORY) {
    await act(store);
    states.push(await stateOf(store));
  }
  return states;
}

function mustBeRefused(error: unknown): void {
  assert.ok(error instanceof ImError, String(error));
}

/** Plays the story until it ends or the process dies; answers how many acts were answered. */
async function play(disk: SimDisk, at: number, mishap: Mishap, prng: Prng, mutant?: LogMutant) {
  const port = stoppingPort(disk, at, mishap, prng);
  const store = open(port, mutant);
  let answered = 0;
  const story = async (): Promise<void> => {
    await store.start(NEVER);
    for (const act of STORY) {
      await act(store);
      answered += 1;
    }
  };
  await Promise.race([story().catch(mustBeRefused), port.dead]);
  if (mishap.remains !== undefined) disk.cutPower(mishap.remains, prng);
  return { answered, calls: port.calls };
}

/** Recovers, and dies of it, or not; answers how many calls that took. */
async function recoverOnce(disk: SimDisk, at: number, mishap: Mishap, prng: Prng): Promise<number> {
  const port = stoppingPort(disk, at, mishap, prng);
  const started = open(port).start(NEVER);
  await Promise.race([started.catch(() => undefined), port.dead]);
  if (mishap.remains !== undefined) disk.cutPower(mishap.remains, prng);
  return port.calls;
}

interface Recovered {
  readonly log: string;
  readonly state: string;
}

async function recover(disk: SimDisk, mutant?: LogMutant): Promise<Recovered> {
  const store = open(plainPort(disk), mutant);
  await store.start(NEVER);
  return { log: store.log, state: await stateOf(store) };
}

/** What is wrong with what is left after a story and a recovery that went wrong. */
async function complaint(
  disk: SimDisk,
  states: readonly string[],
  answered: number,
  mutant?: LogMutant,
): Promise<string | undefined> {
  try {
    const first = await recover(disk, mutant);
    const second = await recover(disk.coldCopy(), mutant);
    const acts = states.lastIndexOf(first.state);
    if (acts < 0) return 'no prefix of the story';
    if (acts < answered) return `${answered} acts were answered, ${acts} recovered`;
    if (first.log !== second.log) return 'recovered twice, it is another log';
    return first.state === second.state ? undefined : 'recovered twice, it is another state';
  } catch (error) {
    return `it does not recover: ${String(error)}`;
  }
}

/** A number for a way through the test, so that each draws of its own. */
function seedOf(...parts: readonly number[]): number {
  return parts.reduce((seed, part) => seed * 101 + part, 7);
}

/** A way through the test: who plays it again comes to the same disk. */
interface Story {
  readonly answered: number;
  readonly seed: number;
  readonly again: () => Promise<SimDisk>;
}

/** Lets the story go wrong in every way; the stories that leave different disks. */
async function everyStory(mutant?: LogMutant): Promise<readonly Story[]> {
  const stories = new Map<string, Story>();
  for (const [how, mishap] of MISHAPS.entries()) {
    for (let at = 0; at < STORY_CALLS; at += 1) {
      const seed = seedOf(how, at);
      const again = async (): Promise<SimDisk> => {
        const disk = new SimDisk();
        await play(disk, at, mishap, new Prng(seed), mutant);
        return disk;
      };
      const disk = new SimDisk();
      const { answered } = await play(disk, at, mishap, new Prng(seed), mutant);
      stories.set(`${answered} ${disk.fingerprint}`, { answered, seed, again });
    }
  }
  return [...stories.values()];
}

/** So many calls to the disk does a recovery make, and so many the story after it. */
const RECOVERY_CALLS = 6;
const STORY_CALLS = RECOVERY_CALLS + 2 * STORY.length;

describe('recovery on the simulated disk', () => {
  let states: readonly string[];
  before(async () => {
    states = await statesOfStory();
  });

  it('makes as many calls as are to go wrong here', async () => {
    const disk = new SimDisk();
    const well = { moment: 'before', remains: undefined } as const;
    const { answered, calls } = await play(disk, Infinity, well, new Prng(1));
    assert.deepEqual([answered, calls], [STORY.length, STORY_CALLS]);
    assert.equal(await recoverOnce(disk, Infinity, well, new Prng(1)), RECOVERY_CALLS);
  });

  it('ends in a prefix with all that was answered, whatever call went wrong', async function () {
    this.timeout(TIME_LIMIT_MS);
    const stories = await everyStory();
    for (const { answered, seed, again } of stories)
      assert.equal(await complaint(await again(), states, answered), undefined, `story ${seed}`);
    assert.ok(stories.length > 50, `${stories.length} stories`);
  });

  it('does so too when recovery itself goes wrong at any call', async function () {
    this.timeout(TIME_LIMIT_MS);
    let recoveries = 0;
    for (const { answered, seed, again } of await everyStory())
      for (const [how, mishap] of MISHAPS.entries())
        for (let at = 0; at < RECOVERY_CALLS; at += 1) {
          const disk = await again();
          await recoverOnce(disk, at, mishap, new Prng(seedOf(seed, how, at)));
          const wrong = await complaint(disk, states, answered);
          assert.equal(wrong, undefined, `story ${seed}, then ${JSON.stringify(mishap)} at ${at}`);
          recoveries += 1;
        }
    assert.ok(recoveries > 5_000, `${recoveries} recoveries`);
  });

  const mutants: readonly LogMutant[] = [
    'answers-before-sync',
    'goes-on-after-a-failed-sync',
    'trusts-a-torn-tail',
    'forgets-the-last-frame',
    'recovers-without-a-sync',
  ];
  for (const mutant of mutants) {
    it(`would see a log that ${mutant.replaceAll('-', ' ')}`, async function () {
      this.timeout(TIME_LIMIT_MS);
      const wrong = new Set<string>();
      for (const { answered, again } of await everyStory(mutant)) {
        const found = await complaint(await again(), states, answered, mutant);
        if (found !== undefined) wrong.add(found);
      }
      assert.ok(wrong.size > 0);
    });
  }
});
