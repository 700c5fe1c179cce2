/**
 * P13, as far as a session shows it: never more than a window of commands unanswered or deliveries
 * unacknowledged.
 */
import type { History, HistoryEvent, Violation } from '../history.ts';

interface Open {
  readonly window: number;
  /** Ids of commands. */
  readonly commands: Set<string>;
  /** By conversation, positions. */
  readonly deliveries: Map<string, Set<number>>;
  /** By conversation. What comes below it was under way when its acknowledgement left. */
  readonly acknowledged: Map<string, number>;
}

function deliveriesOf(open: Open, conversation: string): Set<number> {
  const positions = open.deliveries.get(conversation) ?? new Set();
  open.deliveries.set(conversation, positions);
  return positions;
}

function apply(open: Open, event: HistoryEvent): void {
  if (event.type === 'sent') open.commands.add(event.id);
  else if (event.type === 'accepted' || event.type === 'refused') open.commands.delete(event.id);
  else if (event.type === 'delivered') {
    const { conversation, position } = event.entry;
    if (position > (open.acknowledged.get(conversation) ?? 0))
      deliveriesOf(open, conversation).add(position);
  } else if (event.type === 'acknowledged') {
    const { conversation, position: upTo } = event;
    open.acknowledged.set(conversation, Math.max(upTo, open.acknowledged.get(conversation) ?? 0));
    const positions = deliveriesOf(open, conversation);
    for (const position of positions) if (position <= upTo) positions.delete(position);
  }
}

function excessOf(open: Open): string | undefined {
  if (open.commands.size > open.window) return `${open.commands.size} commands`;
  let deliveries = 0;
  for (const positions of open.deliveries.values()) deliveries += positions.size;
  return deliveries > open.window ? `${deliveries} deliveries` : undefined;
}

export function windowsHold(history: History): readonly Violation[] {
  const sessions = new Map<string, Open>();
  const violations = new Map<string, Violation>();
  for (const event of history) {
    if (!('session' in event)) continue;
    const { session } = event;
    if (event.type === 'welcomed')
      sessions.set(session, {
        window: event.window,
        commands: new Set(),
        deliveries: new Map(),
        acknowledged: new Map(),
      });
    const open = sessions.get(session);
    if (open === undefined || violations.has(session)) continue;
    apply(open, event);
    const excess = excessOf(open);
    if (excess === undefined) continue;
    const why = `${session} has ${excess} open, with a window of ${open.window}`;
    violations.set(session, { promise: 'P13', why, events: [event] });
  }
  return [...violations.values()];
}
