/** What the rest of the kernel gets of the configuration: checked, complete, frozen. */
import type { AnyPlugin, Role } from '../contract/index.ts';
import type { Blocks } from './blocks.ts';
import type { Limits } from './limits.ts';
import type { Config } from './read-fields.ts';

/** A plugin with its name and settings; not yet created. */
export interface Instance {
  /** The key in the file for a transport; the role's name for the others. */
  readonly name: string;
  readonly role: Role;
  /** The plugin's own `type`; by path or package, `use:` may say something else. */
  readonly type: string;
  readonly plugin: AnyPlugin;
  readonly config: Config;
}

export interface Settings {
  /** As it was asked for. */
  readonly file: string;
  /** Absolute; relative paths in the file are taken from here. */
  readonly folder: string;
  readonly node: Blocks['node'];
  /** At least one, in the sequence of the file. */
  readonly transports: readonly Instance[];
  readonly persistence: Instance;
  readonly ordering: Instance;
  readonly failover: Instance;
  readonly authentication: Instance;
  readonly chat: Blocks['chat'];
  readonly log: Blocks['log'];
  /** Durations in ms, sizes in bytes. */
  readonly limits: Limits;
}
