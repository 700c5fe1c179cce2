/** Rules of the client SDK broken on purpose. */
import { Events } from '../../../client/events.ts';
import { Journal } from '../../../client/journal.ts';
import { OutboxLane } from '../../../client/outbox-lane.ts';
import { OutboxQueue } from '../../../client/outbox-queue.ts';
import { ReorderBuffer } from '../../../client/reorder-buffer.ts';
import { type Mutant, replacing } from './mutant.ts';

const numbersAnew = replacing(
  OutboxLane.prototype,
  'disconnected',
  (original) =>
    function () {
      original.call(this);
      for (const entry of this.renumber(this.last)) entry.stored = true;
    },
);

const numberReused = replacing(
  OutboxLane.prototype,
  'remove',
  (original) =>
    function (entry) {
      original.call(this, entry);
      if (this.idle && entry.command.number === this.last) this.last -= 1;
    },
);

const unwritten = replacing(
  Journal.prototype,
  'addTogether',
  (original) =>
    function (changes) {
      const rest = changes.filter(({ change }) => change.change !== 'put');
      if (rest.length > 0) original.call(this, rest);
      for (const { change, kept } of changes) if (change.change === 'put') kept?.();
    },
);

const repeatsShown = replacing(
  ReorderBuffer.prototype,
  'arrive',
  (original) =>
    function (delivery, nowMs) {
      if (delivery.again === 1) this.newLog();
      original.call(this, delivery, nowMs);
    },
);

/** Goes on as if the history had been asked and had nothing. */
const gapsPassed = replacing(
  ReorderBuffer.prototype,
  'gap',
  (original) =>
    function (nowMs) {
      const gap = original.call(this, nowMs);
      if (gap) this.pass(gap);
      return undefined;
    },
);

const handlersNotAwaited = replacing(
  Events.prototype,
  'deliver',
  (original) =>
    async function (event, value) {
      void original.call(this, event, value);
    },
);

const windowIgnored = replacing(
  OutboxQueue.prototype,
  'connected',
  (original) =>
    function (welcome, nowMs) {
      original.call(this, { ...welcome, window: 2 * welcome.window }, nowMs);
    },
);

export const CLIENT_MUTANTS: Readonly<Record<string, Mutant>> = {
  'numbers-anew': {
    rule: 'what has no answer goes again under its number after a reconnection',
    breaks: 'P3',
    sabotage: numbersAnew,
  },
  'number-reused': {
    rule: 'a number is given to one command, whatever its answer',
    breaks: 'P3',
    sabotage: numberReused,
  },
  'outbox-unwritten': {
    rule: 'a command is in the outbox before it is sent',
    breaks: 'P9',
    sabotage: unwritten,
    from: 15,
  },
  'time-out-is-refusal': {
    rule: 'a time-out is never a refusal',
    breaks: 'P9',
    refusedAfterMs: 1_500,
  },
  'repeats-shown': {
    rule: 'the SDK shows each entry once',
    breaks: 'P7',
    sabotage: repeatsShown,
  },
  'gaps-passed': {
    rule: 'what `previous` shows missing is read from the history',
    breaks: 'P7',
    sabotage: gapsPassed,
    dropDeliveries: 0.02,
    from: 2,
  },
  'handlers-not-awaited': {
    rule: 'an entry is acknowledged when its handler is done',
    breaks: 'P7',
    sabotage: handlersNotAwaited,
    from: 20,
  },
  'window-of-commands': {
    rule: 'no more than a window of commands is in flight',
    breaks: 'P13',
    sabotage: windowIgnored,
  },
};
