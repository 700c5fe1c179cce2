/** Rules between settings of different blocks; those inside a plugin are the plugin's own. */
import type { Blocks } from './blocks.ts';
import type { Problems } from './problem.ts';
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
  for (const { small, large, message } of brokenRules(limits)) {
    const place = (entries?.get(small) ?? entries?.get(large) ?? block ?? tree).place;
    problems.add(place, `limits.${small}`, message);
  }
}

/** Pairs of limits that do not fit; one that could not be read is in none of them. */
export function brokenRules(limits: Partial<Limits>) {
  return RULES.flatMap(({ small, plus, large, why }) => {
    const [low, high] = [limits[small], limits[large]];
    if (low === undefined || high === undefined) return [];
    const more = plus === 'twice' ? low : plus;
    if (low + more <= high) return [];
    const print = printerOf(small);
    const rest = plus === 'twice' ? ', twice,' : ` + ${print(more)}`;
    const sum = `${print(low)}${more === 0 ? '' : rest}`;
    const message = `${sum} must not exceed limits.${large} (${print(high)}): ${why}`;
    return [{ small, large, message }];
  });
}

function printerOf(limit: keyof Limits): (value: number) => string {
  if (limit === 'window') return String;
  return limit === 'retransmit' ? printDuration : printSize;
}
