/** What a node runs with after it took up what it can of another file. */
import type { Field, Fields } from '../contract/index.ts';
import { BLOCKS } from './blocks.ts';
import { brokenRules } from './check-limits.ts';
import type { Config } from './read-fields.ts';
import { crossCheck } from './read-instance.ts';
import type { Instance, Settings } from './settings.ts';
import { takingIn, takingOf } from './taking.ts';

/** The settings of `before`, with what is live of `after`. */
export function taken(before: Settings, after: Settings): Settings {
  const blocks = Object.entries(BLOCKS).map(([block, { fields = {} }]) => {
    const key = block as keyof typeof BLOCKS;
    const [old, young] = [before[key], after[key]];
    if (!old || !young) return [block, old];
    const live: IsLive = (name, field) => (takingOf(block, name, field) ?? 'restart') !== 'restart';
    return [block, mixed(fields, old, young, live)];
  });
  return Object.freeze({
    ...before,
    ...(Object.fromEntries(blocks) as Pick<Settings, keyof typeof BLOCKS>),
    ...(after.places && { places: after.places }),
    transports: before.transports.map((one) => transportOf(one, after)),
    authentication: after.authentication,
    guards: after.guards,
    consumers: after.consumers,
  });
}

/** What does not fit in these settings, each a sentence: some are of one file, some of another. */
export function misfits({ limits, transports }: Settings): readonly string[] {
  return [
    ...brokenRules(limits).map(({ small, message }) => `limits.${small} ${message}`),
    ...transports.flatMap(({ name, plugin, config }) =>
      crossCheck(plugin, config).map((wrong) => `transports.${name} ${wrong}`),
    ),
  ];
}

function transportOf(before: Instance, { transports }: Settings): Instance {
  const after = transports.find(({ name }) => name === before.name);
  if (!after || after.plugin !== before.plugin) return before;
  const { config: fields } = before.plugin;
  const config = mixed(fields, before.config, after.config, isMarked);
  return Object.freeze({ ...before, config });
}

function isMarked(_key: string, field: Field<unknown>): boolean {
  return takingIn('transport', field) !== 'restart';
}

type IsLive = (key: string, field: Field<unknown>) => boolean;

function mixed(fields: Fields, before: Config, after: Config, isLive: IsLive): Config {
  const values = Object.entries(fields).map(([key, field]: [string, Field<unknown>]) => {
    const [old, young] = [before[key], after[key]];
    const inner = field.kind === 'group' && old !== undefined && young !== undefined;
    if (!inner) return [key, isLive(key, field) ? young : old];
    return [key, mixed(field.fields ?? {}, old as Config, young as Config, isLive)];
  });
  return Object.freeze(Object.fromEntries(values)) as Config;
}
