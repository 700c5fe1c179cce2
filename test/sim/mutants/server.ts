/** Rules of the kernel broken on purpose. */
import { Conversation } from '../../../core/chat/conversation.ts';
import { Draft } from '../../../core/chat/draft.ts';
import { Refusals } from '../../../core/chat/refusals.ts';
import { Answers } from '../../../core/path/answers.ts';
import { Fanout } from '../../../core/path/fanout.ts';
import { Feed } from '../../../core/path/feed.ts';
import type { Fate, Fates } from '../../../core/path/judged.ts';
import { Keeping } from '../../../core/path/keeping.ts';
import { Lanes } from '../../../core/path/lanes.ts';
import { MessagePath } from '../../../core/path/message-path.ts';
import { Progress } from '../../../core/path/progress.ts';
import { Recall } from '../../../core/path/recall.ts';
import { Receipts } from '../../../core/path/receipts.ts';
import { Turns } from '../../../core/path/turns.ts';
import { DeviceSeat } from '../../../core/session/directory.ts';
import { type Mutant, type Sabotage, replacing, together } from './mutant.ts';

const answersTurned = replacing(
  Answers.prototype,
  'give',
  (original) =>
    function (judged, fates) {
      return original.call(this, judged.toReversed(), fates);
    },
);

const deliveredFirst = replacing(
  Fanout.prototype,
  'merge',
  (original) =>
    function (kept, drafts) {
      const changed = original.call(this, kept, drafts);
      this.deliver(changed);
      return changed;
    },
);

/** Everybody sees a batch before the store has it. */
const deliveredUnkept: Sabotage = () => {
  let fanout: Fanout | undefined;
  const early = new WeakSet<object>();
  return together(
    replacing(
      Fanout.prototype,
      'merge',
      (original) =>
        function (kept, drafts) {
          // oxlint-disable-next-line typescript/no-this-alias -- the node's one, needed below.
          fanout = this;
          return early.has(drafts) ? [] : original.call(this, kept, drafts);
        },
    ),
    replacing(
      Keeping.prototype,
      'keep',
      (original) =>
        function (entries, drafts, attempt) {
          if (fanout !== undefined && !early.has(drafts)) {
            fanout.deliver(fanout.merge(entries, drafts));
            early.add(drafts);
          }
          return original.call(this, entries, drafts, attempt);
        },
    ),
  )();
};

/** What stands under a number is taken for the command that asks. */
const conflictsHidden: Sabotage = () => {
  const asked = new Map<string, string>();
  return together(
    replacing(
      Recall.prototype,
      'open',
      (original) =>
        function (batch) {
          for (const { sender, command } of batch)
            asked.set(`${command.conversation} ${sender} ${command.number}`, command.id);
          return original.call(this, batch);
        },
    ),
    replacing(
      Draft.prototype,
      'placedUnder',
      (original) =>
        function (key, number) {
          const placed = original.call(this, key, number);
          const id = asked.get(`${this.conversation.name} ${key} ${number}`);
          return placed === undefined || id === undefined ? placed : { ...placed, id };
        },
    ),
  )();
};

/** Says of a failed batch that it was kept when it is merged, and the truth when it is answered. */
class TwoFaced extends Map<number, Fate> {
  #lies: number;

  constructor(fates: Fates, lies: number) {
    super(fates);
    this.#lies = lies;
  }

  override get(shard: number): Fate | undefined {
    this.#lies -= 1;
    return this.#lies >= 0 ? 'kept' : super.get(shard);
  }
}

const failuresMerged = replacing(
  Keeping.prototype,
  'keep',
  (original) =>
    async function (entries, drafts, attempt) {
      const fates = await original.call(this, entries, drafts, attempt);
      return new TwoFaced(fates, entries.length);
    },
);

const batchTurned = replacing(
  MessagePath.prototype,
  'travel',
  (original) =>
    function (batch, held) {
      return original.call(this, batch.toReversed(), held);
    },
);

const nothingHeld = replacing(Refusals.prototype, 'held', () => () => undefined);

const pastVisible = together(
  replacing(Conversation.prototype, 'firstVisible', () => () => 1),
  replacing(
    Conversation.prototype,
    'stayFrom',
    (original) =>
      function (user, position) {
        const stay = original.call(this, user, position);
        return stay && { ...stay, from: 1 };
      },
  ),
);

/** Receipts go out when marks move, not when they are kept. */
const toldUnkept: Sabotage = () => {
  let receipts: Receipts | undefined;
  return together(
    replacing(
      Receipts.prototype,
      'tell',
      (original) =>
        function (moves) {
          // oxlint-disable-next-line typescript/no-this-alias -- the node's one, needed below.
          receipts = this;
          original.call(this, moves);
        },
    ),
    replacing(
      Progress.prototype,
      'moveMarks',
      (original) =>
        function (conversation, session, marks) {
          const { user } = session;
          const before = conversation.marksOf(user);
          original.call(this, conversation, session, marks);
          const after = conversation.marksOf(user);
          receipts?.tell([{ conversation, user, before, after, by: session }]);
        },
    ),
  )();
};

const previousGuessed = replacing(
  Feed.prototype,
  'sent',
  (original) =>
    function (kept, nowMs) {
      original.call(this, kept, nowMs);
      return kept.position - 1;
    },
);

const nothingHeldBack = replacing(
  Turns.prototype,
  'sent',
  (original) =>
    function (feed) {
      original.call(this, feed);
      this.acknowledged(1);
    },
);

const cursorMoved = (change: (cursor: number) => number | undefined): Sabotage =>
  replacing(
    Progress.prototype,
    'moveCursor',
    (original) =>
      function (conversation, user, device, cursor) {
        const changed = change(cursor);
        if (changed !== undefined) original.call(this, conversation, user, device, changed);
      },
  );

export const SERVER_MUTANTS: Readonly<Record<string, Mutant>> = {
  'answers-turned': {
    rule: 'answers of a conversation come in the order of its commands',
    breaks: 'P6',
    sabotage: answersTurned,
  },
  'delivered-first': {
    rule: 'ACCEPTED comes before what follows it',
    breaks: 'P5',
    sabotage: deliveredFirst,
  },
  'delivered-unkept': {
    rule: 'nothing is delivered that is not kept',
    breaks: 'P4',
    sabotage: deliveredUnkept,
  },
  'conflicts-hidden': {
    rule: 'another command under a kept number is a conflict, not a repeat',
    breaks: 'P3',
    sabotage: conflictsHidden,
  },
  'failures-merged': {
    rule: 'a batch that fails takes back what it had placed',
    breaks: 'P1',
    sabotage: failuresMerged,
  },
  'batch-turned': {
    rule: 'commands are placed in the order in which they come',
    breaks: 'P6',
    sabotage: batchTurned,
  },
  'nothing-held': {
    rule: 'behind a passing refusal higher numbers wait',
    breaks: 'P6',
    sabotage: nothingHeld,
  },
  'past-visible': {
    rule: 'a member sees nothing from before it joined',
    breaks: 'P14',
    sabotage: pastVisible,
  },
  'told-unkept': {
    rule: 'a receipt tells only what is kept',
    breaks: 'P17',
    sabotage: toldUnkept,
  },
  'previous-guessed': {
    rule: '`previous` names the last earlier entry meant for the device',
    breaks: 'P5',
    sabotage: previousGuessed,
  },
  'window-of-deliveries': {
    rule: 'no more than a window of deliveries is unacknowledged',
    breaks: 'P13',
    sabotage: nothingHeldBack,
  },
  'lane-without-end': {
    rule: 'a full lane says `busy`',
    breaks: 'P13',
    sabotage: replacing(Lanes.prototype, 'full', () => () => false),
    from: 40,
  },
  'not-settled': {
    rule: 'WELCOME waits until all that an older connection handed in is settled',
    breaks: 'P15',
    sabotage: replacing(DeviceSeat.prototype, 'whenSettled', () => () => Promise.resolve()),
    from: 150,
  },
  'cursor-too-far': {
    rule: 'a cursor never passes its log',
    breaks: 'P17',
    sabotage: cursorMoved((cursor) => cursor + 1),
  },
  'cursor-too-late': {
    rule: 'a crash takes no more than a flush interval of the cursors',
    breaks: 'P17',
    sabotage: cursorMoved((cursor) => (cursor % 5 === 0 ? cursor : undefined)),
  },
  'lose-deliveries': {
    rule: 'what is delivered comes without a gap',
    breaks: 'P5',
    dropDeliveries: 0.02,
  },
};
