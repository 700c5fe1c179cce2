import assert from 'node:assert/strict';
import { ImError } from 'im-kernel/contract';
import { mergeTraces } from '../../core/admin/merge-traces.ts';
import type { Hop, Trace, TracedUser, TraceKey } from '../../core/path/trace/trace.ts';
import { play } from './consumer-stage.ts';
import { withFault } from './fault.ts';
import { LEASE_MS, Pair } from './pair-stage.ts';
import { closeStages, heardBy, openStage } from './stage.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';

/** A hop without its node and time. */
function told({ hop, user, device, consumer, outcome, position }: Hop): string {
  const who = consumer ?? (user === undefined ? '' : `${user}/${device ?? ''}`);
  return [hop, who, outcome, position]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function toldBy(trace: Trace): readonly string[] {
  return trace.hops.map(told);
}

function userOf(trace: Trace, user: string): TracedUser | undefined {
  return trace.standing?.users.find((one) => one.user === user);
}

function at(position: number, conversation = TALK): TraceKey {
  return { conversation, position };
}

describe('the life of a message', () => {
  afterEach(closeStages);

  it('is told hop by hop, from its sender to each device that has read it', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const [phone, laptop] = [await stage.join('bob', 'p'), await stage.join('bob', 'l')];
    const command = ann.send(TALK, 'hello', { mediaType: 'text/markdown' });
    await ann.accepted(command);
    for (const client of [phone, laptop]) await client.next('deliver');
    stage.clock.advance(40);
    phone.received(TALK, 1);
    laptop.read(TALK, 1);
    await laptop.heardOut();
    const trace = await stage.node.traceOf({ id: command.id });
    assert.deepEqual(toldBy(trace), [
      'received ann/d1',
      'placed 1',
      'kept 1',
      'answered ann/d1 accepted 1',
      'delivered bob/p',
      'delivered bob/l',
      'acknowledged bob/p',
      'acknowledged bob/l',
      'read bob/l',
    ]);
    const { hops, entry, standing } = trace;
    assert.deepEqual([...new Set(hops.map(({ node }) => node))], ['im-1']);
    assert.equal((hops.at(-1)?.at ?? 0) - (hops[0]?.at ?? 0), 40);
    assert.equal(hops[2]?.at, entry?.acceptedAt, 'by the wall clock');
    assert.equal(hops[2]?.epoch, trace.nodes[0]?.epoch);
    const { mediaType, bodyBytes, position, number } = entry ?? {};
    assert.deepEqual([mediaType, bodyBytes, position, number], ['text/markdown', 5, 1, 1]);
    assert.deepEqual([standing?.sees, standing?.received, standing?.read], [2, 2, 1]);
    assert.deepEqual(await stage.node.traceOf(at(1)), { ...trace, key: at(1) });
    assert.ok(!JSON.stringify(trace).includes('hello'), 'no body');
  });

  it('has the refusals of a command, too, and names no place that it did not get', async () => {
    const stage = await openStage({ limits: { bodyMax: 10 } });
    const ann = await stage.join('ann');
    const long = ann.send(TALK, 'far too long a text');
    assert.equal(await ann.fate(long), 'too-large');
    const nowhere = ann.send('d/zoe/ann', 'x');
    assert.equal(await ann.fate(nowhere), 'invalid');
    const trace = await stage.node.traceOf({ id: long.id });
    assert.deepEqual(toldBy(trace), ['received ann/d1', 'answered ann/d1 too-large']);
    assert.deepEqual([trace.entry, trace.standing], [undefined, undefined]);
    assert.equal(trace.command?.conversation, TALK);
    const other = await stage.node.traceOf({ id: nowhere.id });
    assert.deepEqual(toldBy(other), ['received ann/d1', 'answered ann/d1 invalid']);
  });

  it('shows each repeat of a command, and what came before it was kept', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    fault.trouble = () => Promise.reject(new ImError('IM_STORE_AWAY', { why: 'on purpose' }));
    const command = ann.send(TALK, 'once');
    assert.equal(await ann.fate(command), 'busy');
    ann.say({ ...command, attempt: 2 });
    await ann.accepted(command);
    ann.say({ ...command, attempt: 3 });
    await ann.accepted(command);
    const trace = await stage.node.traceOf(at(1));
    assert.deepEqual(toldBy(trace), [
      'received ann/d1',
      'placed',
      'answered ann/d1 busy',
      'received ann/d1',
      'placed 1',
      'kept 1',
      'answered ann/d1 accepted 1',
      'received ann/d1',
      'answered ann/d1 repeat 1',
    ]);
  });

  it('says of a group who has it and who does not, and of a late device when it came', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.act(TEA, 'group.create', { user: ['bob', 'cara'] }));
    await ann.accepted(ann.send(TEA, 'tea?'));
    await bob.some('deliver', 2);
    bob.received(TEA, 2);
    await bob.heardOut();
    const before = await stage.node.traceOf(at(2, TEA));
    assert.deepEqual(toldBy(before).slice(4), ['delivered bob/d1', 'acknowledged bob/d1']);
    assert.deepEqual(userOf(before, 'bob')?.devices, [
      { device: 'd1', here: true, cursor: 2, has: true },
    ]);
    const cara = userOf(before, 'cara');
    assert.deepEqual([cara?.hasReceived, cara?.devices], [false, []]);
    const late = await stage.join('cara', 'x');
    await heardBy(stage, late);
    late.read(TEA, 2);
    await late.heardOut();
    late.wire.vanish();
    await stage.rest();
    const after = await stage.node.traceOf(at(2, TEA));
    assert.deepEqual(toldBy(after).slice(6), [
      'delivered cara/x',
      'acknowledged cara/x',
      'read cara/x',
    ]);
    const gone = { device: 'x', here: false, cursor: 2, has: true };
    assert.deepEqual(userOf(after, 'cara')?.devices, [gone]);
    assert.deepEqual([after.standing?.sees, after.standing?.received], [3, 3]);
  });

  it('tells what the store knows once the recorder has forgotten, and that it has', async () => {
    const stage = await openStage({ limits: { traceEntries: 2, traceHops: 2 } });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const first = ann.send(TALK, 'first');
    await ann.accepted(first);
    await bob.next('deliver');
    bob.read(TALK, 1);
    for (const text of ['b', 'c', 'd']) await ann.accepted(ann.send(TALK, text));
    await bob.some('deliver', 3);
    const trace = await stage.node.traceOf(at(1));
    assert.deepEqual(trace.hops, []);
    assert.deepEqual([trace.entry?.id, trace.command?.user], [first.id, 'ann']);
    assert.deepEqual([userOf(trace, 'bob')?.hasRead, userOf(trace, 'bob')?.read], [true, 1]);
    const [node] = trace.nodes;
    assert.deepEqual([node?.commandsForgotten, node?.commandsSince], [2, stage.clock.now()]);
    const unknown = await stage.node.traceOf({ id: first.id });
    assert.deepEqual([unknown.command, unknown.entry, unknown.hops], [undefined, undefined, []]);
  });

  it('is what the recorder has while the store is away, and says so', async () => {
    const [stage, fault] = await withFault();
    const ann = await stage.join('ann');
    const command = ann.send(TALK, 'x');
    await ann.accepted(command);
    fault.away = true;
    const trace = await stage.node.traceOf({ id: command.id });
    assert.equal(trace.nodes[0]?.unread, 'IM_STORE_AWAY');
    assert.deepEqual(toldBy(trace).slice(0, 2), ['received ann/d1', 'placed 1']);
    assert.equal(trace.entry, undefined);
    fault.away = false;
  });

  it('counts the deliveries that it has no room for', async () => {
    const stage = await openStage({ limits: { traceDevices: 1 } });
    const ann = await stage.join('ann');
    const [phone, laptop] = [await stage.join('bob', 'p'), await stage.join('bob', 'l')];
    await ann.accepted(ann.send(TALK, 'x'));
    for (const client of [phone, laptop]) await client.next('deliver');
    const trace = await stage.node.traceOf(at(1));
    assert.equal(trace.nodes[0]?.leftOut, 1);
    const all = stage.node.metrics.snapshot();
    const counter = all.find(({ name }) => name === 'im_trace_left_out_total');
    assert.deepEqual(counter?.kind === 'counter' && counter.value, 1);
  });

  it('knows nothing of a position that is not there yet', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'x'));
    const trace = await stage.node.traceOf(at(2));
    assert.deepEqual([trace.command, trace.entry, trace.hops], [undefined, undefined, []]);
  });

  it('goes on to what consumers made of it', async () => {
    const { stage, notebook } = await play({ tries: 2, retryFrom: 10, retryMax: 10 });
    notebook.trouble = ({ position }) => {
      if (position === 2) throw new Error('not this one');
    };
    const ann = await stage.join('ann');
    for (const text of ['a', 'b', 'c']) await ann.accepted(ann.send(TALK, text));
    await stage.rest();
    const waiting = await stage.node.traceOf(at(3));
    assert.deepEqual(waiting.standing?.consumers, [{ consumer: 'hook', taken: 'no' }]);
    await stage.pass(100, 10);
    assert.deepEqual(toldBy(await stage.node.traceOf(at(1))).slice(4), ['taken hook']);
    const second = await stage.node.traceOf(at(2));
    assert.deepEqual(toldBy(second).slice(4), ['failed hook', 'failed hook', 'set-aside hook']);
    const [consumer] = second.standing?.consumers ?? [];
    assert.equal(consumer?.taken, 'yes');
    assert.deepEqual(
      [consumer?.deadLetter?.attempts, consumer?.deadLetter?.why],
      [2, 'not this one'],
    );
  });
});

describe('the life of a message that met a takeover', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = new Pair();
    await pair.start();
  });
  afterEach(() => pair.stop());

  it('has both nodes’ part, though the first is another life by now', async () => {
    const ann = await pair.a.stage.join('ann');
    await pair.pass(11_000);
    const command = ann.send(TALK, 'x');
    await ann.accepted(command);
    pair.a.access.cut = true;
    await pair.pass(LEASE_MS + 2_500);
    const [again, bob] = [await pair.b.stage.join('ann'), await pair.b.stage.join('bob')];
    again.say({ ...command, attempt: 2 });
    await again.accepted(command);
    await bob.next('deliver');
    bob.received(TALK, 1);
    await bob.heardOut();
    pair.a.access.heal();
    await pair.pass(2_500);
    assert.equal(pair.a.lives, 2);
    const first = await pair.a.stage.node.traceOf({ id: command.id });
    const second = await pair.b.stage.node.traceOf(at(1));
    const whole = mergeTraces([first, second]);
    assert.deepEqual(
      whole.hops.map((hop) => `${hop.node} ${told(hop)}`),
      [
        'im-a received ann/d1',
        'im-a placed 1',
        'im-a kept 1',
        'im-a answered ann/d1 accepted 1',
        'im-b received ann/d1',
        'im-b answered ann/d1 repeat 1',
        'im-b delivered bob/d1',
        'im-b acknowledged bob/d1',
      ],
    );
    const [a, b] = whole.nodes;
    assert.deepEqual([a?.node, b?.node], ['im-a', 'im-b']);
    assert.equal(a?.epoch, undefined, 'it owns nothing any more');
    const epoch = whole.hops.find(({ hop }) => hop === 'kept')?.epoch ?? 0;
    assert.ok((b?.epoch ?? 0) > epoch, 'the epoch that it was kept under is the old one');
    assert.deepEqual(whole.entry, second.entry);
  });
});
