/** Rules of the orderings broken on purpose. */
import { RecentEntries } from '../../../plugins/ordering/timestamp-window/recent-entries.ts';
import { replacing, type Mutant } from './mutant.ts';

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

export const ORDER_MUTANTS: Readonly<Record<string, Mutant>> = {
  'stamps-believed': {
    rule: 'a stamp far off the server’s clock says nothing about the order',
    breaks: 'ordering',
    sabotage: stampsBelieved,
  },
  'device-turned': {
    rule: 'the orders of one device ascend, whatever its clock does',
    breaks: 'P6',
    sabotage: deviceTurned,
  },
};
