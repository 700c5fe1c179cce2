import assert from 'node:assert/strict';
import { mergeTraces } from '../../../core/admin/merge-traces.ts';
import { parseTraceKey } from '../../../core/admin/trace-key.ts';
import { traceLines } from '../../../core/admin/trace-lines.ts';
import type { Hop, Trace, TracedEntry, TracingNode } from '../../../core/path/trace/trace.ts';

const ID = '0199a0b1-c2d3-7e4f-8a9b-000000000001';
const COMMAND = { id: ID, conversation: 'd/ann/bob', number: 3, user: 'ann', device: 'd1' };
const ENTRY: TracedEntry = {
  ...COMMAND,
  position: 7,
  order: 70,
  shard: 5,
  sentAt: 990,
  acceptedAt: 1_002,
  kind: 'message',
  mediaType: 'text/plain',
  bodyBytes: 5,
};

function node(name: string, now: number, epoch?: number): TracingNode {
  const counts = { commandsForgotten: 0, hopsForgotten: 0, leftOut: 0 };
  const own = epoch === undefined ? {} : { epoch };
  return { node: name, now, ...own, commandsSince: 900, hopsSince: 901, ...counts };
}

function part(by: TracingNode, hops: readonly Hop[], more: Partial<Trace> = {}): Trace {
  const nothing = { command: undefined, entry: undefined, standing: undefined };
  return { key: { id: ID }, nodes: [by], hops, ...nothing, ...more };
}

function hop(name: string, at: number, what: Hop['hop'], more: Partial<Hop> = {}): Hop {
  return { node: name, at, hop: what, ...more };
}

const sender = { user: 'ann', device: 'd1' };
const reader = { user: 'bob', device: 'p' };
const FIRST = [
  hop('im-a', 1_000, 'received', sender),
  hop('im-a', 1_002, 'placed', { position: 7 }),
  hop('im-a', 1_006, 'kept', { position: 7, epoch: 3 }),
];
const SECOND = [
  hop('im-b', 1_004, 'received', sender),
  hop('im-b', 1_004, 'answered', { ...sender, outcome: 'repeat', position: 7 }),
  hop('im-b', 1_009, 'delivered', reader),
];

function lines(trace: Trace): readonly string[] {
  return traceLines(trace, (ms) => `@${ms}`);
}

describe('several nodes’ parts of a trace', () => {
  it('stand side by side by their clocks, with what the owner read', () => {
    const stale = { ...ENTRY, bodyBytes: 99 };
    const whole = mergeTraces([
      part(node('im-a', 2_000), FIRST, { command: COMMAND, entry: stale }),
      part(node('im-b', 2_500, 4), SECOND, { command: COMMAND, entry: ENTRY }),
    ]);
    assert.deepEqual(
      whole.hops.map((one) => `${one.node} ${one.hop}`),
      [
        'im-a received',
        'im-a placed',
        'im-b received',
        'im-b answered',
        'im-a kept',
        'im-b delivered',
      ],
    );
    assert.deepEqual(whole.entry, ENTRY);
    assert.deepEqual(whole.nodes, [node('im-a', 2_000), node('im-b', 2_500, 4)]);
  });

  it('keep each node’s own sequence, whatever its clock did', () => {
    const jumped = [hop('im-a', 5_000, 'received'), hop('im-a', 100, 'answered')];
    const whole = mergeTraces([part(node('im-a', 200), jumped), part(node('im-b', 200), SECOND)]);
    const own = whole.hops.filter((one) => one.node === 'im-a').map((one) => one.hop);
    assert.deepEqual(own, ['received', 'answered']);
    assert.equal(whole.hops.length, 5);
  });

  it('count once a node that answered twice, by its later answer', () => {
    const late = part(node('im-a', 3_000), FIRST);
    const early = part(node('im-a', 2_000), FIRST.slice(0, 1));
    for (const parts of [[late, early] as const, [early, late] as const]) {
      assert.deepEqual(mergeTraces(parts), late);
    }
  });

  it('are enough where only one of them knows the command', () => {
    const known = part(node('im-a', 2_000), FIRST, { command: COMMAND });
    assert.deepEqual(mergeTraces([part(node('im-b', 1), []), known]).command, COMMAND);
  });
});

describe('a trace as text', () => {
  it('has a line for each hop, and subtracts no clocks of two machines', () => {
    const bob = { user: 'bob', received: 7, read: 0, hasReceived: true, hasRead: false };
    const device = { device: 'p', here: true, cursor: 7, has: true };
    const shown = lines(
      mergeTraces([
        part(node('im-a', 2_000), FIRST, { command: COMMAND, entry: ENTRY }),
        part(node('im-b', 2_000, 4), SECOND, {
          command: COMMAND,
          entry: ENTRY,
          standing: {
            sees: 2,
            received: 2,
            read: 0,
            users: [{ ...bob, devices: [device] }],
            consumers: [{ consumer: 'hook', taken: 'no' }],
          },
        }),
      ]),
    );
    assert.deepEqual(shown, [
      `d/ann/bob 7  message  ${ID}  text/plain, 5 bytes`,
      'number 3 of ann/d1, order 70, shard 5, sent @990 by its own clock, accepted @1002',
      '@1000  im-a         received      from ann/d1',
      '@1002  im-a  +2 ms  placed        at 7',
      '@1004  im-b         received      from ann/d1',
      '@1004  im-b  +0 ms  answered      repeat at 7',
      '@1006  im-a  +4 ms  kept          at 7, epoch 3',
      '@1009  im-b  +5 ms  delivered     to bob/p',
      'of 2 who see it, 2 received it and 0 read it (the sender counts)',
      '  bob: received, not read; p here, has it',
      '  and 1 more',
      '  consumer hook: not taken yet',
      'Times of two nodes compare only as well as their clocks do.',
    ]);
  });

  it('says what nobody remembers, and how far back each node does', () => {
    const bob = { user: 'bob', received: 9, read: 9, hasReceived: true, hasRead: true };
    const standing = { sees: 2, received: 2, read: 1, users: [{ ...bob, devices: [] }] };
    const forgetful = { ...node('im-a', 2_000, 3), leftOut: 12, unread: 'IM_STORE_AWAY' };
    const told = { command: COMMAND, entry: ENTRY, standing: { ...standing, consumers: [] } };
    assert.deepEqual(lines(part(forgetful, [], told)).slice(2), [
      'of 2 who see it, 2 received it and 1 read it (the sender counts)',
      '  bob: received, read; no device here',
      '  and 1 more',
      'the store did not answer im-a (IM_STORE_AWAY)',
      'not remembered: received, placed, kept, answered, the delivery to bob (older than what a node remembers, or another life’s)',
      '  im-a: commands since @900, what follows since @901; 12 deliveries above limits.traceDevices not noted',
    ]);
  });

  it('says what to do where nobody knows the command, or the place', () => {
    assert.deepEqual(lines(part(node('im-a', 1), [])), [
      `no node remembers the command ${ID}`,
      'Name its place instead, as in: im trace d/ann/bob 7',
    ]);
    const place = { conversation: 'g/tea', position: 9 };
    assert.deepEqual(lines({ ...part(node('im-a', 1), []), key: place }), [
      'g/tea has no position 9',
    ]);
  });

  it('shows what a terminal would obey', () => {
    const entry = { ...ENTRY, mediaType: 'text/\u001B[2J\u202E' };
    const [first] = lines(part(node('im-a', 1), FIRST, { command: COMMAND, entry }));
    assert.match(first ?? '', /text\/\\u001b\[2J\\u202e, 5 bytes/);
  });
});

describe('what names a message', () => {
  it('is an id of either case, or a conversation and a position', () => {
    assert.deepEqual(parseTraceKey([ID.toUpperCase()]), { id: ID });
    const place = { conversation: 'd/ann/bob', position: 7 };
    assert.deepEqual(parseTraceKey(['d/ann/bob', '7']), place);
    assert.deepEqual(parseTraceKey(['d/ann/bob 7']), place);
  });

  it('is nothing else', () => {
    const others = [[], ['x'], ['d/ann/bob'], ['d/bob/ann', '7'], ['g/tea', '0'], ['g/tea', '1.5']];
    for (const words of [...others, [ID, '7'], ['g/tea', '1', '2'], ['g/tea', '9'.repeat(16)]]) {
      assert.equal(parseTraceKey(words), undefined, words.join(' '));
    }
  });
});
