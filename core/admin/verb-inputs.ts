/** What a verb takes, as a command line and its help need to know it. */
import { z } from 'zod';
import type { Verb } from './verbs.ts';

export interface VerbInput {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'flag';
  /** The only values that it may have; empty: any. */
  readonly choices: readonly string[];
  readonly fallback: string | number | undefined;
  readonly required: boolean;
  readonly help: string;
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

const KINDS: Readonly<Record<string, VerbInput['kind']>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'flag',
};

export function inputsOf({ input }: Pick<Verb, 'input'>): readonly VerbInput[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' });
  return Object.entries(properties as Readonly<Record<string, Property>>).map(
    ([name, { type = '', enum: choices = [], default: value, description = '' }]) => {
      const kind = KINDS[type];
      if (!kind) throw new TypeError(`no command line could take ${name}, a ${type}`);
      const fallback = typeof value === 'string' || typeof value === 'number' ? value : undefined;
      const isRequired = required.includes(name);
      return { name, kind, choices, fallback, required: isRequired, help: description };
    },
  );
}
