/** Rules between settings of different blocks; those inside a plugin are the plugin's own. */
import type { ListenAddress } from '../contract/index.ts';
import type { Blocks } from './blocks.ts';
import type { Problems } from './problem.ts';
import type { Instance } from './settings.ts';
import type { TreeMap } from './tree.ts';
import { printDuration, printSize } from './units.ts';
import type { Limits } from './limits.ts';

/** What a frame holds besides a body: names, numbers, ids, tags and lengths. */
const FRAME_REST_BYTES = 4096;

/** What is added to the smaller limit before the two are compared. */
type Plus = number | 'twice';

interface Rule {
  readonly small: keyof Limits;
  readonly plus: Plus;
  readonly large: keyof Limits;
  readonly why: string;
}
const RULES: readonly Rule[] = [
  rule('bodyMax', FRAME_REST_BYTES, 'maxFrame', 'a body travels in one frame'),
  rule('titleMax', FRAME_REST_BYTES, 'maxFrame', 'a title travels in one frame'),
  rule('signalMax', FRAME_REST_BYTES, 'maxFrame', 'a signal travels in one frame'),
  rule('maxFrame', 0, 'messageMax', 'a frame travels in one message'),
  rule('bodyMax', 0, 'laneBatchBytes', 'a body is kept in one batch'),
  rule('retransmit', 0, 'ackTimeout', 'a connection is asked before it is closed'),
  rule('window', 'twice', 'refusalsRemembered', 'every command in flight may be refused'),
];

function rule(small: keyof Limits, plus: Plus, large: keyof Limits, why: string): Rule {
  return { small, plus, large, why };
}

export function checkLimits(limits: Blocks['limits'], tree: TreeMap, problems: Problems): void {
  const block = tree.entries.get('limits');
  const entries = block?.value.kind === 'map' ? block.value.entries : undefined;
  for (const { small, plus, large, why } of RULES) {
    if (limits[small] === undefined || limits[large] === undefined) continue;
    const more = plus === 'twice' ? limits[small] : plus;
    if (limits[small] + more <= limits[large]) continue;
    const place = (entries?.get(small) ?? entries?.get(large) ?? block ?? tree).place;
    const print = printerOf(small);
    const rest = plus === 'twice' ? ', twice,' : ` + ${print(more)}`;
    const sum = `${print(limits[small])}${more === 0 ? '' : rest}`;
    const message = `${sum} must not exceed limits.${large} (${print(limits[large])}): ${why}`;
    problems.add(place, `limits.${small}`, message);
  }
}

function printerOf(limit: keyof Limits): (value: number) => string {
  if (limit === 'window') return String;
  return limit === 'retransmit' ? printDuration : printSize;
}

interface Listener {
  readonly name: string;
  readonly key: string;
  readonly address: ListenAddress;
}

/** Two transports on one port would fail at the start, when the file is no longer at hand. */
export function checkPorts(
  transports: readonly Instance[],
  tree: TreeMap,
  problems: Problems,
): void {
  const block = tree.entries.get('transports')?.value;
  const seen: Listener[] = [];
  for (const listener of transports.flatMap(listenersOf)) {
    const { name, key, address } = listener;
    const other = seen.find((one) => clash(one.address, address));
    seen.push(listener);
    if (!other) continue;
    const instance = block?.kind === 'map' ? block.entries.get(name) : undefined;
    const value = instance?.value.kind === 'map' ? instance.value.entries.get(key) : undefined;
    const place = value?.value.place ?? instance?.place ?? tree.place;
    const taken = `transports.${other.name}.${other.key} has this port already`;
    problems.add(place, `transports.${name}.${key}`, `${taken}; choose another (0: any free one)`);
  }
}

function listenersOf(instance: Instance): readonly Listener[] {
  const { name, plugin, config } = instance;
  return Object.entries(plugin.config).flatMap(([key, field]) => {
    const address = config[key] as ListenAddress | undefined;
    return field.kind === 'address' && address ? [{ name, key, address }] : [];
  });
}

const EVERY = ['0.0.0.0', '::'];
const LOCAL = ['localhost', '127.0.0.1', '::1'];

function clash(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  if (a.host === b.host || EVERY.includes(a.host) || EVERY.includes(b.host)) return true;
  return (
    (a.host === 'localhost' && LOCAL.includes(b.host)) ||
    (b.host === 'localhost' && LOCAL.includes(a.host))
  );
}
