/** A history that also counts, so that a rig can wait until so much has happened. */
import { HistoryRecorder, type HistoryEvent } from '../sim/history.ts';

export class CountingRecorder extends HistoryRecorder {
  /** Answers ACCEPTED, repeats too. */
  accepted = 0;
  /** Those of them that answered a repeat. */
  repeated = 0;
  /** Connections that were welcomed. */
  welcomed = 0;
  readonly #refused = new Map<string, number>();

  constructor() {
    super(() => performance.now());
  }

  refused(code: string): number {
    return this.#refused.get(code) ?? 0;
  }

  override add(event: HistoryEvent): void {
    super.add(event);
    if (event.type === 'welcomed') this.welcomed += 1;
    if (event.type === 'accepted') this.accepted += 1;
    if (event.type === 'accepted' && event.duplicate) this.repeated += 1;
    if (event.type === 'refused') this.#refused.set(event.code, this.refused(event.code) + 1);
  }
}
