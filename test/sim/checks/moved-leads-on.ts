/**
 * P11: MOVED leads to who serves. A node that looked twice after a takeover does not send clients
 * that come then to the node that was followed, unless it is the next: it may have been given
 * everything, and others see that in the store before it does. Where a node knows nobody, it may
 * bid them come again.
 */
import type { Connected, History, Moved, NodeEvent, Violation } from '../history.ts';
import { eventsOf } from './reading.ts';

/** After the first of them whatever it had begun before may still be under way. */
const LOOKS = 2;

class Nodes {
  /** By life of a node. */
  readonly #nodes = new Map<number, NodeEvent>();
  /** By life: how often it has looked since the last takeover. */
  readonly #looks = new Map<number, number>();
  /** By session with a backup that knows: how many takeovers there were when it came. */
  readonly #came = new Map<string, { readonly takeovers: number; readonly to: string }>();
  #takeovers = 0;
  #owner: string | undefined;
  /** The addresses of all other nodes. */
  #former: readonly string[] = [];

  note(event: NodeEvent): void {
    if (event.what === 'started') this.#nodes.set(event.life ?? 0, event);
  }

  nameOf(life: number): string | undefined {
    return this.#nodes.get(life)?.node;
  }

  take(name: string | undefined): void {
    if (name === undefined || name === this.#owner) return;
    this.#owner = name;
    this.#takeovers += 1;
    this.#looks.clear();
    const others = [...this.#nodes.values()].filter(({ node }) => node !== name);
    this.#former = others.flatMap(({ address }) => address ?? []);
  }

  look(life: number): void {
    this.#looks.set(life, (this.#looks.get(life) ?? 0) + 1);
  }

  connect({ session, life = 0 }: Connected): void {
    if ((this.#looks.get(life) ?? 0) < LOOKS || this.#owner === undefined) return;
    const node = this.#nodes.get(life);
    if (node?.node === this.#owner) return;
    this.#came.set(session, { takeovers: this.#takeovers, to: node?.address ?? '' });
  }

  addressOf(name: string | undefined): string | undefined {
    return [...this.#nodes.values()].findLast(({ node }) => node === name)?.address;
  }

  wrongIn({ session, addresses }: Moved): string | undefined {
    const came = this.#came.get(session);
    if (came?.takeovers !== this.#takeovers) return undefined;
    return addresses.find((address) => address !== came.to && this.#former.includes(address));
  }
}

interface Wrong {
  readonly address: string;
  readonly event: Moved;
}

export function movedLeadsOn(history: History): readonly Violation[] {
  if (eventsOf(history, 'moved').length === 0) return [];
  const nodes = new Nodes();
  const wrongs: Wrong[] = [];
  /** Since the last takeover. */
  let open: Wrong[] = [];
  for (const event of history) {
    if (event.type === 'node') nodes.note(event);
    else if (event.type === 'looked') nodes.look(event.life);
    else if (event.type === 'connected') nodes.connect(event);
    else if (event.type === 'taken' || event.type === 'given') {
      // Whom it was given to is who clients are sent to, though it may never come to serve.
      const name = event.type === 'given' ? event.to : nodes.nameOf(event.life);
      nodes.take(name);
      const next = nodes.addressOf(name);
      wrongs.push(...open.filter(({ address }) => address !== next));
      open = [];
    } else if (event.type === 'moved') {
      const address = nodes.wrongIn(event);
      if (address !== undefined) open.push({ address, event });
    }
  }
  return [...wrongs, ...open].map(({ address, event }) => {
    const why = `${event.session} was sent to ${address}, which does not serve any more`;
    return { promise: 'P11', why, events: [event] };
  });
}
