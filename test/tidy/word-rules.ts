/** Words that do not belong, as data: where, unless, and what to do instead. */

export interface WordRule {
  readonly word: RegExp;
  /**
   * What is searched: code without comments and strings, code without strings' surroundings, or
   * all.
   */
  readonly look: 'bare' | 'text';
  /** Files and folders it holds for; empty: everywhere. */
  readonly where: readonly string[];
  readonly except?: readonly string[];
  readonly instead: string;
}

const product = ['core', 'plugins', 'client', 'cli', 'tui'];
const timeless = ['core', 'client'];
const timekeepers = [
  'core/kernel/system.ts',
  'client/system.ts',
  'client/node',
  'core/admin/client',
];

function inTimeless(word: RegExp, instead: string): WordRule {
  return { word, look: 'bare', where: timeless, except: timekeepers, instead };
}

export const wordRules: readonly WordRule[] = [
  inTimeless(/\bDate\b/, 'Take the time from a Clock.'),
  inTimeless(/\bperformance\b/, 'Take the time from a Clock.'),
  inTimeless(/\bset(?:Timeout|Interval|Immediate)\b/, 'Use Clock.after or Clock.soon.'),
  inTimeless(/\bqueueMicrotask\b|\bnextTick\b/, 'Use Clock.soon.'),
  inTimeless(/\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b|\bgetRandomValues\b/, 'Use Random.'),
  {
    word: /\bprocess\.exit\b/,
    look: 'bare',
    where: product,
    except: ['core/main.ts', 'cli'],
    instead: 'Return a code; only the entry ends the process.',
  },
  {
    word: /\bprocess\b\./,
    look: 'bare',
    where: ['core', 'plugins', 'client'],
    except: ['core/main.ts', 'core/kernel', 'plugins/persistence/sqlite', 'client/node'],
    instead: 'Be handed what is needed.',
  },
  {
    word: /\bconsole\b\./,
    look: 'bare',
    where: ['core', 'plugins', 'client', 'test/kit'],
    except: ['core/main.ts'],
    instead: 'Use the Log that is handed in.',
  },
  {
    word: /:\s*any\b|<any\b|\bas any\b|\bany\[\]/,
    look: 'bare',
    where: [],
    except: ['core/contract/fields.ts'],
    instead: 'Say the type, or `unknown` and narrow it.',
  },
  {
    word: /(?<![=!]==? )\bnull\b(?! [=!]==?)/,
    look: 'bare',
    where: ['core', 'client'],
    instead: 'Use undefined.',
  },
  { word: /^\s*(?:export )?(?:const )?enum\b/, look: 'bare', where: [], instead: 'Use a union.' },
  { word: /^\s*(?:export )?namespace\b/, look: 'bare', where: [], instead: 'Use a module.' },
  { word: /^\s*@\w+/, look: 'bare', where: [], instead: 'Write it without a decorator.' },
  {
    word: /\b(?:class|interface|type)\s+(?:\w+(?:Manager|Helper|Util|Utils|Service|Impl|Base)|I[A-Z]\w+)\b/,
    look: 'bare',
    where: [],
    instead: 'Name it for what it is.',
  },
  {
    word: /\b(?:it|describe|context)\.(?:skip|only)\b|\bthis\.skip\(/,
    look: 'bare',
    where: [],
    instead: 'Run every test, always.',
  },
  {
    word: /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/,
    look: 'text',
    where: [],
    instead: 'Do it now, or file an issue.',
  },
  {
    word: /oxlint-disable(?!-next-line)|@ts-ignor[e]|@ts-nochec[k]/,
    look: 'text',
    where: [],
    except: ['test/tidy/word-rules.ts'],
    instead: 'Mend it, or quiet one line with its reason.',
  },
];

/**
 * Paths of one machine, private registries, traces of tools: none of it belongs in the tree. One
 * letter in brackets keeps each word from finding itself.
 */
const foreign = [
  '(?<![\\w.])[/]work/',
  '(?<![\\w.])[/]root/',
  '[/]home/\\w',
  '[/]tmp/brief',
  '[s]hared/design',
  '[i]ssues show',
  '\\b[s]ub-?agent',
  '[C]laude',
  '[A]nthropic',
  '[C]opilot',
  '[C]hatGPT',
  '\\b[r]egistry\\.(?!npmjs\\.org|yarnpkg\\.com)[\\w-]+\\.\\w',
];

export const foreignWord = new RegExp(foreign.join('|'), 'i');
