/**
 * Holds a whole log against everything that its clients were told: promises P1 to P4, P6 and P7.
 */
import type { Delivery } from '../../core/wire/frames.ts';
import type { Sent } from './courier.ts';

export interface Told {
  readonly sent: readonly Sent[];
  /** Per conversation, the whole history, ascending. */
  readonly logs: ReadonlyMap<string, readonly Delivery[]>;
  /** Per user, who has one device: what it was given. */
  readonly delivered: ReadonlyMap<string, readonly Delivery[]>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

function text(body: Uint8Array | undefined): string {
  return Buffer.from(body ?? []).toString();
}

/** P4: positions are 1..n without a gap. P3: no number of a device twice. P6: numbers ascend. */
function* checkShape(conversation: string, log: readonly Delivery[]): Generator<string> {
  const last = new Map<string, number>();
  for (const [i, { position, from, device, number }] of log.entries()) {
    if (position !== i + 1) yield `P4 ${conversation}: position ${position} stands at ${i + 1}`;
    const before = last.get(`${from} ${device}`) ?? 0;
    if (number === before)
      yield `P3 ${conversation} ${position}: number ${number} of ${from} twice`;
    if (number < before) yield `P6 ${conversation} ${position}: number ${number} after ${before}`;
    last.set(`${from} ${device}`, number);
  }
}

/** P1: what was accepted is where it was said to be, as it was sent. */
function* checkAnswers({ sent, logs }: Told): Generator<string> {
  for (const { command, accepted, refused } of sent) {
    const { conversation, id } = command;
    if (accepted && refused) yield `P9 ${id} accepted and refused with ${refused.code}`;
    const entry = accepted && logs.get(conversation)?.[accepted.position - 1];
    if (accepted && entry?.id !== id)
      yield `P1 ${conversation} ${accepted.position}: ${id} is lost, ${entry?.id} stands there`;
  }
}

/** P2: nothing is in the log, or was delivered, that was not sent so. */
function* checkOrigins({ sent, logs, delivered }: Told): Generator<string> {
  const known = new Map(sent.map((one) => [one.command.id, one]));
  for (const entry of [...[...logs.values()].flat(), ...[...delivered.values()].flat()]) {
    if (entry.kind !== undefined && entry.kind !== 'message') continue;
    const origin = known.get(entry.id);
    if (origin === undefined) yield `P2 ${entry.conversation} ${entry.position} was never sent`;
    else if (origin.user !== entry.from || text(origin.command.body) !== text(entry.body))
      yield `P2 ${entry.conversation} ${entry.position} was altered`;
    if (origin?.refused) yield `P9 ${entry.conversation} ${entry.position} had been refused`;
  }
}

/** P7: each member was given every entry of the others; P4: at the position where it stands. */
function* checkDeliveries({ logs, delivered, members }: Told): Generator<string> {
  for (const [conversation, log] of logs)
    for (const user of members.get(conversation) ?? []) {
      const got = (delivered.get(user) ?? []).filter((one) => one.conversation === conversation);
      const at = new Map(got.map((one) => [one.position, one.id]));
      for (const { position, id, from } of log)
        if (from !== user && !at.has(position))
          yield `P7 ${user} was never given ${conversation} ${position}`;
        else if (from !== user && at.get(position) !== id)
          yield `P4 ${user} was given another entry at ${conversation} ${position}`;
      for (const { position } of got)
        if (position > log.length) yield `P4 ${user} was given ${conversation} ${position}`;
    }
}

/** Every breach, one line each; empty if there is none. */
export function checkLog(told: Told): string[] {
  return [
    ...[...told.logs].flatMap(([conversation, log]) => [...checkShape(conversation, log)]),
    ...checkAnswers(told),
    ...checkOrigins(told),
    ...checkDeliveries(told),
  ];
}
