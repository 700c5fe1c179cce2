/**
 * Says of each connection that we end who it was and why, once: as news if it was somebody's, else
 * only to those who look closely, so that nobody can fill a disk by knocking.
 */
import type { Log } from '../contract/index.ts';
import type { Session } from './session.ts';

export class Kicks {
  readonly #log: Log;
  readonly #told = new WeakSet<Session>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `code`: that of the ERROR, or why it was dropped without one. */
  tell(session: Session, code: string, detail?: string): void {
    if (this.#told.has(session)) return;
    this.#told.add(session);
    const { id, user, device, address } = session;
    const why = detail === undefined ? { code } : { code, why: detail };
    if (user === '') this.#log.debug('a connection was ended', { session: id, address, ...why });
    else this.#log.info('a session was ended', { session: id, user, device, address, ...why });
  }
}
