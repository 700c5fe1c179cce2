/** One error of the catalogue. */

/**
 * config: the operator's file. peer: what a client sent. passing: may work later. lasting: will not
 * work until somebody acts. bug: ours.
 */
export type ErrorKind = 'config' | 'peer' | 'passing' | 'lasting' | 'bug';

export interface CatalogueLine {
  readonly kind: ErrorKind;
  /** `{name}` is filled from the details. */
  readonly message: string;
  readonly act: string;
}
