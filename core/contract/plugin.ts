/**
 * A plugin is one plain object. Making it has no effect; the kernel creates, starts and stops what
 * it describes.
 */
import type { AnswerCache } from './answers.ts';
import type { Authentication } from './authentication.ts';
import type { Component, Host } from './component.ts';
import type { Consumer } from './consumer.ts';
import type { Fields, Values } from './fields.ts';
import type { Guard } from './guard.ts';
import type { Persistence, PersistenceHost } from './persistence.ts';
import type { Registry, RegistryHost } from './registry.ts';
import type { Failover, Ordering, OrderingHost } from './strategies.ts';
import type { Transport, TransportHost } from './transport.ts';

/** The version of this contract. The kernel refuses a plugin that was written for another. */
export const CONTRACT_VERSION = 1;

/** What each role is handed, and what it makes. */
export interface Roles {
  transport: { host: TransportHost; makes: Transport };
  persistence: { host: PersistenceHost; makes: Persistence };
  answers: { host: Host; makes: AnswerCache };
  ordering: { host: OrderingHost; makes: Ordering };
  registry: { host: RegistryHost; makes: Registry };
  failover: { host: Host; makes: Failover };
  authentication: { host: Host; makes: Authentication };
  guard: { host: Host; makes: Guard };
  consumer: { host: Host; makes: Consumer };
}
export type Role = keyof Roles;

/** The roles in the sequence in which they start; they stop in reverse. */
export const ROLES = [
  'persistence',
  'answers',
  'ordering',
  'registry',
  'failover',
  'authentication',
  'guard',
  'consumer',
  'transport',
] as const satisfies readonly Role[];

/** Where the plugins of a role live: `plugins/<folder>/<type>/`. */
export const ROLE_FOLDERS: Readonly<Record<Role, string>> = {
  transport: 'transports',
  persistence: 'persistence',
  answers: 'answers',
  ordering: 'ordering',
  registry: 'registries',
  failover: 'failover',
  authentication: 'authentication',
  guard: 'guards',
  consumer: 'consumers',
};

export interface Plugin<R extends Role = Role, F extends Fields = Fields> {
  readonly contract: typeof CONTRACT_VERSION;
  readonly role: R;
  /** What `use:` says; for our own plugins the folder's name. */
  readonly type: string;
  /** One sentence for `im list`. */
  readonly summary: string;
  readonly stability: 'experimental' | 'stable' | 'deprecated';
  /**
   * Of an ordering, what it measures in direct conversations says nothing of groups: where the file
   * names it once for all, it is created once for each kind. Absent: once.
   */
  readonly perKind?: true;
  /** The settings: parsing, defaults, documentation and the editor's schema come from it. */
  readonly config: F;
  /** Rules across fields: what is wrong, one sentence each; empty if nothing. Never throws. */
  check?(config: Values<F>): readonly string[];
  /** Synchronous and without effect: no sockets, files, timers, listeners or threads. */
  create(config: Values<F>, host: Roles[R]['host']): Roles[R]['makes'];
}

/** A plugin of any role and any settings, as the kernel holds it. */
export interface AnyPlugin extends Omit<Plugin, 'check' | 'create'> {
  check?(config: Readonly<Record<string, unknown>>): readonly string[];
  create(config: Readonly<Record<string, unknown>>, host: Host): Component;
}

/** Gives a plugin its types; returns what it is given. */
export function definePlugin<R extends Role, F extends Fields>(plugin: Plugin<R, F>): Plugin<R, F> {
  return plugin;
}
