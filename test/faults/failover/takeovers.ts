/** How a change of the owner was for the clients, read off a history. */
import type { History } from '../../sim/history.ts';
import type { Takeover } from '../fault-rig.ts';

/** When it began, by the clock of the history, and when the next thing did. */
export interface Strike {
  readonly atMs: number;
  readonly untilMs: number;
  readonly inFlight: number;
}

/** What a server says to a client of its work. */
const WORK: ReadonlySet<string> = new Set(['accepted', 'refused', 'delivered']);

export function takeoversIn(history: History, strikes: readonly Strike[]): readonly Takeover[] {
  const openedMs = new Map<string, number>();
  for (const event of history)
    if (event.type === 'connected') openedMs.set(event.session, event.atMs);
  return strikes.map((strike) => {
    const { atMs, untilMs, inFlight } = strike;
    const answers: number[] = [];
    const heard = new Map<string, number[]>();
    let answeredMs = Infinity;
    for (const event of history) {
      if (!WORK.has(event.type) || !('session' in event) || event.atMs > untilMs) continue;
      const { session, type } = event;
      const [device = ''] = session.split('#');
      const list = heard.get(device) ?? [];
      heard.set(device, list);
      list.push(event.atMs);
      if (type !== 'accepted') continue;
      answers.push(event.atMs);
      if (event.atMs > atMs && (openedMs.get(session) ?? 0) > atMs)
        answeredMs = Math.min(answeredMs, event.atMs - atMs);
    }
    const silences = [...heard.values()].map((times) => longestGap(times, atMs));
    const pauseMs = longestGap(answers, atMs);
    return { answeredMs, pauseMs, silenceMs: Math.max(...silences), inFlight };
  });
}

/** Between two neighbours, of which the later one comes after `fromMs`. */
function longestGap(times: readonly number[], fromMs: number): number {
  let longest = 0;
  for (const [index, at] of times.entries()) {
    if (at < fromMs) continue;
    longest = Math.max(longest, at - (times[index - 1] ?? fromMs));
  }
  return longest;
}
