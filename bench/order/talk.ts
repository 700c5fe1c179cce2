/** One conversation of several senders, as an ordering places it: in virtual time, by seed. */
import type { Ordering, OrderingHost, Placing, ReaderRule, Random } from 'im-kernel/contract';
import { fakeClock, never, orderingHost } from 'im-kernel/kit';
import type { Delivery } from '../../core/wire/frames.ts';
import type { Link } from './links.ts';

/** A rule, and when the server told it. */
export interface Told {
  readonly atMs: number;
  readonly rule: ReaderRule;
}

export interface Talk {
  /** By position. */
  readonly log: readonly Delivery[];
  /** The first one holds from the beginning. */
  readonly rules: readonly Told[];
  /** When virtual time began, ms since 1970. */
  readonly epochMs: number;
}

export type MakeOrdering = (host: OrderingHost) => Ordering;

const MESSAGES = 20_000;
const SENDERS = 20;
/** Between two messages, on average. */
const SPACING_MS = 50;
const conversation = 'g/tea';
const id = '00000000-0000-4000-8000-000000000000';

/** When each message is sent, ascending. */
export function sendings(random: Random): number[] {
  let atMs = 0;
  return Array.from({ length: MESSAGES }, () => {
    atMs += Math.round(-SPACING_MS * Math.log(1 - random.next()));
    return atMs;
  });
}

/** The senders' messages reach the server over `link`, which has the ordering place each. */
export async function talk(
  make: MakeOrdering,
  sentMs: readonly number[],
  link: Link,
  random: Random,
): Promise<Talk> {
  const clock = fakeClock();
  const epochMs = clock.now();
  const rules: Told[] = [];
  const announce = (rule: ReaderRule): void => void rules.push({ atMs: clock.monotonic(), rule });
  const ordering = make({ ...orderingHost({ clock }), announce });
  await ordering.start(never());
  rules.push({ atMs: 0, rule: ordering.rule });

  const log: Delivery[] = [];
  const standing = { acceptedAt: 0 };
  for (const { index, atMs } of arrivals(inSequence(link(sentMs, random)))) {
    clock.advance(atMs - clock.monotonic());
    const placing = placingOf(index, epochMs + (sentMs[index] ?? 0), log.length + 1, clock.now());
    const last = log.at(-1)?.order ?? 0;
    const orders = ordering.place(
      [placing],
      () => last,
      () => standing,
    );
    const [order = 0] = await orders;
    standing.acceptedAt = placing.acceptedAt;
    const { user: from, ...rest } = placing;
    log.push({ id, from, order, ...rest });
  }
  await ordering.stop(never());
  return { log, rules, epochMs };
}

/** A device's messages are taken in the sequence of its numbers: each waits for the one before. */
function inSequence(atMs: readonly number[]): number[] {
  const takenMs = [...atMs];
  for (let index = SENDERS; index < takenMs.length; index += 1)
    takenMs[index] = Math.max(takenMs[index] ?? 0, takenMs[index - SENDERS] ?? 0);
  return takenMs;
}

/** Which arrives when, ascending; of several at once, the one that was sent first. */
export function arrivals(atMs: readonly number[]): { index: number; atMs: number }[] {
  return atMs
    .map((ms, index) => ({ index, atMs: ms }))
    .toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
}

function placingOf(index: number, sentAt: number, position: number, acceptedAt: number): Placing {
  const user = `u${index % SENDERS}`;
  const number = Math.floor(index / SENDERS) + 1;
  return { conversation, position, user, device: 'phone', number, sentAt, acceptedAt };
}
