/** What another file would change: setting by setting, with its place and when it would hold. */
import { isDeepStrictEqual } from 'node:util';
import type { Field, Fields } from '../contract/index.ts';
import { BLOCKS } from './blocks.ts';
import type { Config } from './read-fields.ts';
import { redactField, redactFields } from './redact.ts';
import { settingsOf } from './role-settings.ts';
import { instancesOf, pathOf, type Instance, type Settings } from './settings.ts';
import { ROLE_TAKING, takingIn, takingOf, type Taking } from './taking.ts';
import { below } from './tree.ts';

export interface Change {
  /** Dotted, as in the file: `limits.bodyMax`, `guards.words`. */
  readonly path: string;
  /** As they may be shown; undefined: it is not there. Of a secret only that it changed. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** `file:line:column` of what is new; undefined: the file says nothing of it any more. */
  readonly where: string | undefined;
  /** Whether a running node takes it up. */
  readonly how: 'live' | 'restart';
  readonly taking: Taking;
}

type Found = Pick<Change, 'path' | 'taking'> & {
  readonly before: unknown;
  readonly after: unknown;
};

/** Sorted by how the file is: blocks of the kernel, then plugins. Empty: they say the same. */
export function difference(before: Settings, after: Settings): readonly Change[] {
  const found = [...blockChanges(before, after), ...instanceChanges(before, after)];
  return found.map((one) => ({
    ...one,
    before: textOf(one.before),
    after: textOf(one.after),
    where: placeOf(one.path, after),
    how: one.taking === 'restart' ? 'restart' : 'live',
  }));
}

function blockChanges(before: Settings, after: Settings): readonly Found[] {
  return Object.entries(BLOCKS).flatMap(([block, { fields = {} }]) => {
    const key = block as keyof typeof BLOCKS;
    const [old, young] = [before[key], after[key]];
    const taking: At['taking'] = (name, field) => takingOf(block, name, field) ?? 'restart';
    if (old && young) return fieldChanges(fields, old, young, { path: block, taking });
    if (!old && !young) return [];
    const shown = (values: Config | undefined) => values && redactFields(fields, values);
    return [{ path: block, before: shown(old), after: shown(young), taking: 'restart' as const }];
  });
}

interface At {
  readonly path: string;
  readonly taking: (key: string, field: Field<unknown>) => Taking;
}

function fieldChanges(fields: Fields, before: Config, after: Config, at: At): readonly Found[] {
  return Object.entries(fields).flatMap(([key, field]: [string, Field<unknown>]) => {
    const [old, young] = [before[key], after[key]];
    if (isDeepStrictEqual(old, young)) return [];
    const path = below(at.path, key);
    if (field.kind === 'group' && old !== undefined && young !== undefined) {
      const inner = { path, taking: at.taking };
      return fieldChanges(field.fields ?? {}, old as Config, young as Config, inner);
    }
    const shown = { before: redactField(field, old), after: redactField(field, young) };
    return [{ path, ...shown, taking: at.taking(key, field) }];
  });
}

function instanceChanges(before: Settings, after: Settings): readonly Found[] {
  const old = new Map(instancesOf(before).map((one) => [one.name, one]));
  const young = new Map(instancesOf(after).map((one) => [one.name, one]));
  const gone = [...old.values()].filter(({ name }) => !young.has(name));
  return [
    ...gone.map((one) => wholeChange(one, undefined)),
    ...[...young.values()].flatMap((one) => {
      const was = old.get(one.name);
      return was && was.plugin === one.plugin ? withinChanges(was, one) : [wholeChange(was, one)];
    }),
    ...sequenceChange(before, after),
  ];
}

function withinChanges(before: Instance, after: Instance): readonly Found[] {
  return fieldChanges(settingsOf(after.plugin), valuesOf(before), valuesOf(after), {
    path: pathOf(after),
    taking: (_key, field) => takingIn(after.role, field),
  });
}

/** A part that is new, gone, or of another plugin. */
function wholeChange(before: Instance | undefined, after: Instance | undefined): Found {
  const { role } = (after ?? before) as Instance;
  return {
    path: pathOf((after ?? before) as Instance),
    before: before && shownWhole(before),
    after: after && shownWhole(after),
    taking: ROLE_TAKING[role] === 'anew' ? 'now' : 'restart',
  };
}

function shownWhole(instance: Instance): Config {
  const { type, plugin } = instance;
  return { use: type, ...redactFields(settingsOf(plugin), valuesOf(instance)) };
}

function valuesOf({ config, added }: Instance): Config {
  return { ...config, ...added };
}

/** Guards look at messages in the sequence of the file. */
function sequenceChange(before: Settings, after: Settings): readonly Found[] {
  const [old, young] = [namesOf(before.guards), namesOf(after.guards)];
  const same = old.length === young.length && old.every((name) => young.includes(name));
  if (!same || isDeepStrictEqual(old, young)) return [];
  return [{ path: 'guards', before: old, after: young, taking: 'now' }];
}

function textOf(shown: unknown): string | undefined {
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

function namesOf(instances: readonly Instance[]): readonly string[] {
  return instances.map(({ name }) => name);
}

/** The nearest key above it that the file has. */
function placeOf(path: string, { file, places }: Settings): string | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const place = places?.get(at);
    if (place) return `${file}:${place.line}:${place.column}`;
  }
  return undefined;
}
