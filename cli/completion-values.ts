/**
 * Values that a command line takes where commander does not know them: there, who is wrong hears
 * what was meant. From the tables that the verbs themselves go by.
 */
import { ROLES } from '../core/contract/index.ts';
import { SCREENS } from '../tui/model/screens.ts';
import type { Values } from './completion.ts';

export const VALUES: Values = {
  ' top --screen': SCREENS.map(({ screen }) => screen),
  ' new plugin': ROLES,
  ' explain': ROLES,
};
