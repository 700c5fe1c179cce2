/** What the rest of the kernel gets of the configuration: checked, complete, frozen. */
import type { AnyPlugin, Role } from '../contract/index.ts';
import { isNamed, type Blocks } from './blocks.ts';
import type { Limits } from './limits.ts';
import type { Place } from './problem.ts';
import type { Config } from './read-fields.ts';
import type { AnswersSettings, ConsumerSettings, GuardSettings } from './role-settings.ts';

/** A plugin with its name and settings; not yet created. */
export interface Instance {
  /**
   * The key in the file for roles that may occur often; the role's name for the others, with the
   * kind of conversation behind it (`ordering.direct`) where each kind has its own.
   */
  readonly name: string;
  readonly role: Role;
  /** The plugin's own `type`; by path or package, `use:` may say something else. */
  readonly type: string;
  readonly plugin: AnyPlugin;
  readonly config: Config;
  /** What the kernel adds to blocks of this role; absent: nothing. */
  readonly added?: Config;
  /** Of its block in the file, dotted, such as `transports.tcp`; absent: it is not from a file. */
  readonly path?: string;
}

/** Which ordering each kind of conversation has: one instance for both, or each its own. */
export interface OrderingInstances {
  readonly direct: Instance;
  readonly group: Instance;
}

export interface GuardInstance extends Instance {
  readonly added: GuardSettings;
}

export interface ConsumerInstance extends Instance {
  readonly added: ConsumerSettings;
}

export interface AnswersInstance extends Instance {
  readonly added: AnswersSettings;
}

export interface Settings {
  /** As it was asked for. */
  readonly file: string;
  /** Where each key of the file stands, by its dotted path; absent: they are not from a file. */
  readonly places?: ReadonlyMap<string, Place>;
  /** Absolute; relative paths in the file are taken from here. */
  readonly folder: string;
  readonly node: Blocks['node'];
  /** Undefined: the node is alone. */
  readonly cluster: Blocks['cluster'];
  /** Undefined: this node tells nobody over HTTP. */
  readonly gateway: Blocks['gateway'];
  readonly admin: Blocks['admin'];
  /** In the sequence of the file; at least one, unless the file is for a program without. */
  readonly transports: readonly Instance[];
  readonly persistence: Instance;
  /** Undefined: the node does without. */
  readonly answers: AnswersInstance | undefined;
  readonly ordering: OrderingInstances;
  readonly registry: Instance;
  readonly failover: Instance;
  readonly authentication: Instance;
  /** In the sequence of the file, in which they look at messages. */
  readonly guards: readonly GuardInstance[];
  readonly consumers: readonly ConsumerInstance[];
  readonly chat: Blocks['chat'];
  readonly log: Blocks['log'];
  /** Durations in ms, sizes in bytes. */
  readonly limits: Limits;
}

/** Every plugin of a node, in the sequence of the reference page. */
export function instancesOf(settings: Settings): readonly Instance[] {
  const { transports, persistence, answers, ordering, registry, failover } = settings;
  const { authentication, guards, consumers } = settings;
  const orderings = new Set([ordering.direct, ordering.group]);
  const beside = answers ? [answers] : [];
  const singles = [persistence, ...beside, ...orderings, registry, failover, authentication];
  return [...transports, ...singles, ...guards, ...consumers];
}

/** Where its block is in the file, or would be. */
export function pathOf({ name, role, path }: Instance): string {
  return path ?? (isNamed(role) ? `${role}s.${name}` : name);
}

/**
 * `file:line:column path` of what did not start: `name` is an instance and `setting` one of its
 * own, or `setting` is a whole path, such as `cluster.link`. What is not in the file stands where
 * the nearest key above it does. Undefined if nothing is named, or there is no file.
 */
export function whereIs(settings: Settings, name: unknown, setting?: unknown): string | undefined {
  const { file, places } = settings;
  const block = instancesOf(settings).find((one) => one.name === name)?.path;
  const asked = [block, setting].filter((one) => typeof one === 'string').join('.');
  if (!places || asked === '') return undefined;
  const path = block === undefined || places.has(asked) ? asked : block;
  const { line, column } = nearestPlace(places, path);
  return `${file}:${line}:${column} ${path}`;
}

function nearestPlace(places: ReadonlyMap<string, Place>, path: string): Place {
  const place = places.get(path);
  if (place) return place;
  const above = path.lastIndexOf('.');
  return above < 0 ? { line: 1, column: 1 } : nearestPlace(places, path.slice(0, above));
}
