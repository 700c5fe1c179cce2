/**
 * The promises, in short, and what holds the system to each: checkers over histories, which the
 * simulator and the real rigs share, and test files. A test asks whether all of it exists.
 */
export interface Kept {
  readonly id: string;
  readonly says: string;
  /** File names of `test/sim/checks`, without `.ts`. */
  readonly checkers: readonly string[];
  /** Test files and machines beside. */
  readonly tests: readonly string[];
}

function kept(id: string, says: string, checkers: string[], tests: string[] = []): Kept {
  return { id, says, checkers, tests };
}

export const PROMISES: readonly Kept[] = [
  kept(
    'P1',
    'No accepted entry is lost: it is at its position after any fault that its durability covers.',
    ['accepted-is-kept'],
    ['test/rigs/kill.test.ts'],
  ),
  kept(
    'P2',
    'Nothing is invented or altered: what is delivered was sent by the one it names, octet for octet.',
    ['nothing-invented'],
    [],
  ),
  kept(
    'P3',
    'One entry per user, device, conversation and number, for ever; a repeat gets the first answer.',
    ['one-entry-per-key'],
    ['test/kit/persistence-append-cases.ts', 'test/protocol/last-number.test.ts'],
  ),
  kept(
    'P4',
    'A position names one entry, for everyone, for ever; positions are 1, 2, 3 … without a gap.',
    ['one-position-one-entry'],
    ['test/kit/persistence-append-cases.ts'],
  ),
  kept(
    'P5',
    'A session sees positions ascending without a skip, and goes on at its cursor.',
    ['sessions-ascend'],
    ['test/protocol/delivery.test.ts'],
  ),
  kept(
    'P6',
    'What one device sends to one conversation is accepted in the order of its numbers.',
    ['senders-in-order', 'answers-in-order'],
    ['test/protocol/lanes.test.ts'],
  ),
  kept(
    'P7',
    'Each device of a member gets every entry of the membership; the SDK shows each once.',
    ['members-get-all'],
    [],
  ),
  kept(
    'P8',
    'One writer: epochs never fall along a shard’s log; no answer for a write that was not let in.',
    ['one-writer', 'leases-hold'],
    ['test/kit/persistence-append-cases.ts'],
  ),
  kept(
    'P9',
    'Truthful outcomes: what was refused never appears later, what was accepted never vanishes.',
    ['truthful-outcomes', 'commands-end'],
    ['test/protocol/storage.test.ts'],
  ),
  kept(
    'P10',
    'Recovery ends in a prefix of the log that holds every acknowledged entry; damage in the middle is refused.',
    ['recovery-keeps-all'],
    ['test/sim/store/recovery.test.ts', 'test/unit/persistence/files.test.ts'],
  ),
  kept(
    'P11',
    'Soon after the faults end, every client that can reach the node sends and receives again.',
    ['moved-leads-on'],
    ['test/sim/run-seed.ts'],
  ),
  kept(
    'P12',
    'No failover without a fault: short stalls and clocks that jump cause none.',
    ['takeovers-have-reasons'],
    ['test/protocol/pair.test.ts', 'test/faults/failover/short-stalls.ts'],
  ),
  kept(
    'P13',
    'Everything is bounded, a slow consumer costs others nothing, nothing is dropped silently.',
    ['windows-hold', 'counters-add-up'],
    ['test/protocol/bounds.test.ts', 'test/rigs/slow-reader.rig.ts'],
  ),
  kept(
    'P14',
    'Not an octet of a conversation reaches one who is no member at that position.',
    ['only-members-see'],
    ['test/protocol/privacy.test.ts'],
  ),
  kept(
    'P15',
    '`from` is the authenticated user; one live connection per device; a revocation cuts soon.',
    ['nothing-invented', 'one-session-per-device'],
    ['test/protocol/kicks.test.ts', 'test/protocol/greeting.test.ts'],
  ),
  kept(
    'P16',
    'No input stops the process, stalls its loop over 200 ms, or takes memory out of proportion.',
    [],
    ['test/rigs/hostile.test.ts', 'test/fuzz/main.ts'],
  ),
  kept(
    'P17',
    'Cursors and marks never fall and never pass the log; a crash costs a flush interval at most.',
    ['only-members-see', 'places-hold'],
    ['test/protocol/marks.test.ts', 'test/unit/path/progress.test.ts'],
  ),
  kept(
    'P18',
    'Stop, restart and planned changes of the owner keep all of this; of a change nobody sees an error.',
    ['planned-changes-are-quiet'],
    ['test/protocol/pair.test.ts', 'test/faults/failover/planned.ts'],
  ),
  kept(
    'P19',
    'Every refusal, drop and kick is counted and logged; no secret and no body in logs.',
    [],
    ['test/protocol/counters.test.ts', 'test/unit/kernel/log.test.ts'],
  ),
  kept(
    'guards',
    'No message is kept that a guard refused, or failed to look at where it must; all see the change.',
    ['guards-decide'],
    ['test/protocol/guards.test.ts'],
  ),
  kept(
    'consumers',
    'A consumer gets each entry at least once, in sequence, from its cursor; only what failed is set aside.',
    ['consumers-get-all'],
    ['test/protocol/consumers.test.ts', 'test/protocol/dead-letters.test.ts'],
  ),
  kept(
    'ordering',
    'A sequencer’s numbers are one total order; a window’s orders are times near acceptance; each device’s ascend.',
    ['one-total-order', 'sequencers-in-turn', 'orders-are-times', 'senders-in-order'],
    ['test/kit/ordering-judge.ts', 'test/rigs/sequencer.rig.ts'],
  ),
  kept(
    'retention',
    'A body is there as long as it is to be kept, and until every consumer had it; then its entry stays.',
    ['bodies-last', 'consumers-get-all'],
    ['test/kit/persistence-retire-cases.ts', 'test/protocol/retention.test.ts'],
  ),
];

export const NOT_PROMISED: readonly string[] = [
  'An order across conversations, but with the ordering `central-sequencer`.',
  'Effects outside that happen exactly once: consumers such as webhooks are told at least once, ' +
    'with an id by which a repeat is known.',
  'Presence better than 30 seconds after a network has healed.',
  'Anything that stood on the only disk of a single node that is lost for good, and anything on ' +
    'disks that say they have synced and have not.',
  'With durability `process` or `memory`, told in every answer: what a power cut, or an end of ' +
    'the process, takes away.',
];
