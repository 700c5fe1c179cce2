/** Rules of the orderings broken on purpose. */
import { ImError } from 'im-kernel/contract';
import type { Block } from '../../../plugins/ordering/central-sequencer/number-source.ts';
import { Sequencer } from '../../../plugins/ordering/central-sequencer/sequencer.ts';
import { RecentEntries } from '../../../plugins/ordering/timestamp-window/recent-entries.ts';
import { replacing, type Mutant, type Sabotage } from './mutant.ts';

const stampsBelieved = replacing(
  RecentEntries.prototype,
  'place',
  (original) =>
    function (placing, sender, _sentMs, oldestMs) {
      return original.call(this, placing, sender, placing.sentAt, oldestMs);
    },
);

const deviceTurned = replacing(
  RecentEntries.prototype,
  'place',
  (original) =>
    function (placing, sender, sentMs, oldestMs) {
      sender.last = 0;
      return original.call(this, placing, sender, sentMs, oldestMs);
    },
);

/** A fenced sequencer takes its old bound for what holds, and goes on from there. */
const fenceIgnored: Sabotage = () => {
  const ends = new WeakMap<Sequencer, number>();
  return replacing(
    Sequencer.prototype,
    'grant',
    (original) =>
      async function (count, above): Promise<Block> {
        const block = await original.call(this, count, above).catch((error: unknown) => {
          if (!(error instanceof ImError) || error.code !== 'IM_SEQUENCER_FENCED') throw error;
          const first = Math.max(ends.get(this) ?? 0, above) + 1;
          return { first, last: first + count - 1 };
        });
        ends.set(this, block.last);
        return block;
      },
  )();
};

export const ORDER_MUTANTS: Readonly<Record<string, Mutant>> = {
  'stamps-believed': {
    rule: 'a stamp far off the server’s clock says nothing about the order',
    breaks: 'ordering',
    sabotage: stampsBelieved,
  },
  'fence-ignored': {
    rule: 'a sequencer that another took over from hands nothing out any more',
    breaks: 'ordering',
    sabotage: fenceIgnored,
    from: 100,
  },
  'device-turned': {
    rule: 'the orders of one device ascend, whatever its clock does',
    breaks: 'P6',
    sabotage: deviceTurned,
  },
};
