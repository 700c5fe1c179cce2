/** Where numbers come from: the sequencer itself, or the way to it. */

/** Whole numbers from `first` to `last`, both included. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

export interface NumberSource {
  /**
   * So many numbers, in sequence, all above `above` and above all that was ever given, and given to
   * nobody else. Rejects with an ImError if there are none; then asking again may help.
   */
  grant(count: number, above: number): Promise<Block>;
}

/** What an order may be at most, by contract. */
export const NUMBER_MAX = 2 ** 48 - 1;
