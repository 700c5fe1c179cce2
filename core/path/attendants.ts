/** The deliveries of everybody who is here. */
import type { Conversation } from '../chat/conversation.ts';
import type { Directory } from '../session/directory.ts';
import type { Session } from '../session/session.ts';
import type { Delivery } from './delivery.ts';

export class Attendants {
  readonly #directory: Directory;
  readonly #deliveries = new Map<Session, Delivery>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  add(session: Session, delivery: Delivery): void {
    this.#deliveries.set(session, delivery);
  }

  remove(session: Session): void {
    this.#deliveries.delete(session);
  }

  /** Tells each session of the user that the conversation has something new; says how many. */
  offer(user: string, conversation: Conversation): number {
    let told = 0;
    for (const seat of this.#directory.seatsOf(user)) {
      const delivery = seat.session && this.#deliveries.get(seat.session);
      if (!delivery) continue;
      delivery.offer(conversation);
      told += 1;
    }
    return told;
  }
}
