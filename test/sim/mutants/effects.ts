/** Rules of guards and consumers broken on purpose. */
import { ConsumerCursors } from '../../../core/path/consumer-cursors.ts';
import { DeadLetters } from '../../../core/path/dead-letters.ts';
import { type Finding, GuardPost } from '../../../core/path/guard-post.ts';
import { Guarding } from '../../../core/path/guarding.ts';
import { type Mutant, type Sabotage, replacing } from './mutant.ts';

/** A verdict of this kind is taken for an allowance. */
function allowing(is: Finding['is']): Sabotage {
  const bent = (finding: Finding): Finding => (finding.is === is ? { is: 'allow' } : finding);
  return replacing(
    GuardPost.prototype,
    'look',
    (original) =>
      function (message) {
        const finding = original.call(this, message);
        return finding instanceof Promise ? finding.then(bent) : bent(finding);
      },
  );
}

const changesLost = replacing(
  Guarding.prototype,
  'look',
  (original) =>
    async function (batch, drafts, looks) {
      await original.call(this, batch, drafts, looks);
      for (const [handed, { refusal }] of looks) looks.set(handed, { refusal, content: undefined });
    },
);

const cursorAhead = replacing(
  ConsumerCursors.prototype,
  'move',
  (original) =>
    function (shard, { after, skip }) {
      original.call(this, shard, { after, skip: skip === 0 ? 0 : skip + 1 });
    },
);

const failuresDropped = replacing(DeadLetters.prototype, 'keep', () => () => Promise.resolve(true));

export const EFFECTS_MUTANTS: Readonly<Record<string, Mutant>> = {
  'refusal-ignored': {
    rule: 'what a guard refuses is not kept',
    breaks: 'guards',
    sabotage: allowing('refuse'),
  },
  'failure-allowed': {
    rule: 'what a closed guard failed to look at is not kept',
    breaks: 'guards',
    sabotage: allowing('failed'),
    from: 30,
  },
  'change-lost': {
    rule: 'what a guard changes is what everybody sees',
    breaks: 'guards',
    sabotage: changesLost,
  },
  'consumer-ahead': {
    rule: 'a consumer’s cursor passes an entry when its effect is done',
    breaks: 'consumers',
    sabotage: cursorAhead,
  },
  'failure-dropped': {
    rule: 'what a consumer cannot take is set aside with its reason',
    breaks: 'consumers',
    sabotage: failuresDropped,
  },
};
