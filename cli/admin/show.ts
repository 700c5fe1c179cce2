/** A view as text: in a form of its own, or value by value. `--json` has all of it. */
import type { VerbName } from '../../core/admin/verbs.ts';
import { FORMS } from './forms.ts';
import { section, type Row, type Seen } from './sections.ts';

export function shown(verb: VerbName, view: unknown, io: Seen): string {
  const form = FORMS[verb] as ((view: unknown, io: Seen) => readonly string[]) | undefined;
  return (form ? form(view, io) : section(view as Row, io)).join('\n');
}
