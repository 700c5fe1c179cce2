/** Other settings were not taken up; everything is as it was. */
import type { Change } from '../../config/difference.ts';
import { ImError } from '../../contract/index.ts';
import type { PartNews } from './ready.ts';

export class ReloadRefused extends ImError {
  readonly changes: readonly Change[];
  /** What became of each part that had something to do. */
  readonly parts: readonly PartNews[];

  constructor(
    why: string,
    so: { readonly changes: readonly Change[]; readonly parts: readonly PartNews[] },
  ) {
    super('IM_RELOAD_REFUSED', { why });
    this.changes = so.changes;
    this.parts = so.parts;
  }
}
