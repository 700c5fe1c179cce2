/** What Prometheus is told of a busy node adds up to what happened there. */
import assert from 'node:assert/strict';
import { seededRandom } from 'im-kernel/kit';
import { prometheusText } from '../../core/admin/prometheus.ts';
import type { Act, Send, ServerFrame } from '../../core/wire/frames.ts';
import { readPrometheus, type Family } from '../read-prometheus.ts';
import type { RawClient } from './raw-client.ts';
import { closeStages, heardBy, JSON_MESSAGES, openStage, TLV, type Stage } from './stage.ts';

const TEA = 'g/tea';
const TALKS = [TEA, 'd/ann/bob', 'd/ann/eve', 'no name', 'g/none'];
const DEVICES = [
  ['ann', 'd1'],
  ['bob', 'd1'],
  ['bob', 'd2'],
  ['eve', 'd1'],
] as const;
const COMMANDS = 300;

/** The metrics as a scrape sees them. */
class Scrape {
  readonly #families: ReadonlyMap<string, Family>;

  constructor(stage: Stage) {
    const snapshot = stage.node.metrics.snapshot();
    this.#families = readPrometheus(prometheusText(snapshot, { node: stage.node.name }));
  }

  /** The sum over all series of a name; `end` of a histogram. */
  sum(name: string, end = ''): number {
    const samples = this.#families.get(name)?.samples ?? assert.fail(`no ${name}`);
    const own = samples.filter((one) => one.name === name + end);
    return own.reduce((sum, { value }) => sum + value, 0);
  }

  by(name: string, label: string): Readonly<Record<string, number>> {
    const samples = this.#families.get(name)?.samples ?? [];
    const labelled = samples.filter(({ labels }) => label in labels);
    return Object.fromEntries(labelled.map(({ labels, value }) => [labels[label] ?? '', value]));
  }
}

/** Clients that do all kinds of things, right and wrong, and know what they did. */
class Crowd {
  readonly stage: Stage;
  readonly clients: RawClient[] = [];
  handedIn = 0;
  signals = 0;
  readonly #random = seededRandom(7);
  readonly #said: (readonly [RawClient, Send | Act])[] = [];

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** A connection; it may end in whatever way. */
  connect(): RawClient {
    const client = this.stage.connect(this.clients.length % 2 === 0 ? TLV : JSON_MESSAGES);
    this.clients.push(client);
    return client;
  }

  async join(user: string, device: string): Promise<RawClient> {
    const client = this.connect();
    client.hello(user, device);
    await client.next('welcome');
    return client;
  }

  /** Frames that all of them heard. */
  heard<T extends ServerFrame['type']>(type: T): readonly Extract<ServerFrame, { type: T }>[] {
    type Of = Extract<ServerFrame, { type: T }>;
    return this.clients.flatMap(({ log }) => log.filter((one): one is Of => one.type === type));
  }

  act(client: RawClient): void {
    const talk = this.#one(TALKS);
    const what = this.#random.next();
    if (what < 0.1) {
      this.signals += 1;
      return client.say({ type: 'signal', conversation: talk, kind: 'typing' });
    }
    this.handedIn += 1;
    const again = this.#random.next() < 0.2 ? this.#said.at(-1) : undefined;
    if (again) return again[0].say({ ...again[1], attempt: 2 });
    const command = what < 0.2 ? client.act(talk, 'group.leave') : client.send(talk, 'hi');
    this.#said.push([client, command]);
  }

  /** Acknowledges what came, most of it. */
  acknowledge(client: RawClient): void {
    for (const { conversation, position } of client.take('deliver')) {
      if (this.#random.next() < 0.8) client.received(conversation, position);
    }
  }

  /** Hears everything, and acknowledges all of it. */
  async settle(client: RawClient): Promise<void> {
    await heardBy(this.stage, client);
    for (const frame of client.log) {
      if (frame.type === 'deliver') client.received(frame.conversation, frame.position);
    }
    await client.heardOut();
  }

  #one<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.next() * items.length)] ?? assert.fail('nothing');
  }
}

/** All that has an end of its own: an ERROR, a drop, a better connection, a silent departure. */
async function comeAndGo(crowd: Crowd): Promise<void> {
  const bad = crowd.connect();
  bad.hello('bad');
  await bad.lastWord();
  const odd = await crowd.join('odd', 'd1');
  odd.wire.say(Uint8Array.of(0x7f, 0, 0, 0, 0));
  await odd.lastWord();
  const older = await crowd.join('guest', 'd1');
  const mute = await crowd.join('guest', 'd1');
  await older.lastWord();
  (await crowd.join('gone', 'd1')).wire.vanish();
  (await crowd.join('left', 'd1')).wire.halfClose();
  mute.answersPings = false;
}

/** A busy node, and everything over that was begun. */
async function play(): Promise<Crowd> {
  const crowd = new Crowd(await openStage({ limits: { window: 4_096 } }));
  const busy: RawClient[] = [];
  for (const [user, device] of DEVICES) busy.push(await crowd.join(user, device));
  const [ann] = busy;
  assert.ok(ann);
  await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob', 'eve'] }));
  crowd.handedIn += 1;
  for (let at = 0; at < COMMANDS; at += 1) {
    const client = busy[at % busy.length] ?? ann;
    crowd.act(client);
    if (at % 10 === 0) await client.heardOut();
    crowd.acknowledge(client);
  }
  for (const client of busy) await crowd.settle(client);
  await comeAndGo(crowd);
  await crowd.stage.pass(60_000);
  return crowd;
}

describe('the numbers of a busy node', () => {
  afterEach(closeStages);

  it('add up to what its clients did and heard', async () => {
    const crowd = await play();
    const scrape = new Scrape(crowd.stage);
    const answers = crowd.heard('accepted');
    const repeats = answers.filter(({ duplicate }) => duplicate === 1);
    const accepted = scrape.sum('im_commands_accepted_total');
    const repeated = scrape.sum('im_commands_repeated_total');
    const refused = scrape.sum('im_commands_refused_total');
    assert.ok(accepted > 50 && repeated > 10 && refused > 50, `${accepted} ${repeated} ${refused}`);
    assert.equal(accepted + repeated + refused, crowd.handedIn, 'one answer for each');
    assert.equal(accepted, answers.length - repeats.length);
    assert.equal(repeated, repeats.length);
    const codes = Map.groupBy(crowd.heard('refused'), ({ code }) => code);
    const heard = Object.fromEntries([...codes].map(([code, some]) => [code, some.length]));
    assert.deepEqual(scrape.by('im_commands_refused_total', 'code'), heard);
    assert.equal(scrape.sum('im_deliveries_total'), crowd.heard('deliver').length);
    assert.equal(scrape.sum('im_receipts_sent_total'), crowd.heard('receipt').length);
    const dropped = scrape.sum('im_signals_dropped_total');
    assert.ok(dropped > 0 && dropped < crowd.signals, `${dropped} of ${crowd.signals}`);
  });

  it('add up to what it kept, and how', async () => {
    const { stage } = await play();
    const scrape = new Scrape(stage);
    const kept = scrape.sum('im_entries_kept_total');
    assert.equal(kept, scrape.sum('im_commands_accepted_total'));
    assert.equal(scrape.sum('im_batch_entries', '_sum'), kept);
    const batches = scrape.sum('im_batch_entries', '_count');
    assert.ok(batches > 0 && batches <= kept);
    assert.equal(scrape.sum('im_commit_ms', '_count'), batches);
    assert.equal(scrape.sum('im_appends_failed_total'), 0);
    assert.equal(scrape.sum('im_lane_queue'), 0);
    assert.equal(scrape.sum('im_progress_pending'), 0);
  });

  it('add up over connections: opened are those that closed, and those that are here', async () => {
    const crowd = await play();
    const scrape = new Scrape(crowd.stage);
    const { clients } = crowd;
    const here = clients.filter(({ wire }) => !wire.closed).length;
    assert.equal(here, DEVICES.length);
    assert.equal(scrape.sum('im_sessions_opened_total'), clients.length);
    assert.equal(scrape.sum('im_sessions_closed_total'), clients.length - here);
    assert.equal(scrape.sum('im_sessions'), here);
    assert.equal(scrape.sum('im_sessions_welcomed'), here);
    const errors = { unauthenticated: 1, malformed: 1, 'session-replaced': 1 };
    assert.deepEqual(scrape.by('im_session_errors_total', 'code'), errors);
    assert.deepEqual(scrape.by('im_sessions_dropped_total', 'reason'), { silent: 1 });
    assert.equal(scrape.sum('im_tokens_refused_total'), 1);
    assert.equal(scrape.sum('im_pings_sent_total'), crowd.heard('ping').length);
    await crowd.stage.stop();
    const after = new Scrape(crowd.stage);
    assert.equal(after.sum('im_sessions_closed_total'), after.sum('im_sessions_opened_total'));
    assert.equal(after.sum('im_sessions'), 0);
  });
});
