/**
 * What a node tells of itself in the registry, as JSON. Whoever reads it believes nothing: every
 * field is bounded, and what is ill-formed is no card at all.
 */

/** active: it owns shards. standby: it could. leaving: it hands over, or stops. */
export type NodeState = (typeof STATES)[number];
const STATES = ['active', 'standby', 'leaving'] as const;

export interface NodeCard {
  readonly node: string;
  /** The life that tells; see `NodeLife`. */
  readonly life: string;
  /** The name of its cluster. */
  readonly cluster: string;
  /** Where clients reach it, as in MOVED: `tcp://`, `tls://`, `ws://`, `wss://`. */
  readonly addresses: readonly string[];
  /** Where other nodes hear it beat: `host:port`. Absent: nowhere. */
  readonly link?: string;
  /** Where clients ask which server is theirs: `http://host:port`. Absent: nowhere. */
  readonly gateway?: string;
  /** Where admins ask it: `https://host:port`, or `unix:/path` on its machine. Absent: nowhere. */
  readonly admin?: string;
  /** The code of what is wrong with one of its parts. Absent: nothing that has one. */
  readonly problem?: string;
  /** Of the package, such as `1.2.0`. */
  readonly version: string;
  /** The version of the contract of plugins. */
  readonly contract: number;
  /** The version of the protocol. */
  readonly protocol: number;
  /** The shards of its store. */
  readonly shards: number;
  /** Lower goes first. */
  readonly priority: number;
  readonly state: NodeState;
  /** It could own shards. */
  readonly ready: boolean;
  /** Connections that it has. */
  readonly sessions: number;
  /** The longest that its event loop was late since its last card, ms. */
  readonly loopDelayMs: number;
  /** Its wall clock when it told this, ms. */
  readonly clock: number;
  /** When this life began, by the same clock. */
  readonly startedAt: number;
}

const CARD_MAX_CHARS = 16_384;
const NAME_MAX_CHARS = 64;
const ADDRESS_MAX_CHARS = 300;
const ADDRESSES_MAX = 16;

export function printCard(card: NodeCard): string {
  return JSON.stringify(card);
}

/** Undefined: it is no card. Fields that nobody knows are left out. Never throws. */
export function parseCard(text: string): NodeCard | undefined {
  const read = readObject(text);
  if (!read) return undefined;
  const more = MORE.filter((key) => read[key] !== undefined).map((key) => [key, read[key]]);
  const fields = Object.entries(FIELDS).map(([key, isRight]) =>
    isRight(read[key]) ? [key, read[key]] : undefined,
  );
  if (fields.includes(undefined)) return undefined;
  if (!more.every(([, value]) => isText(ADDRESS_MAX_CHARS)(value))) return undefined;
  return Object.fromEntries([...(fields as [string, unknown][]), ...more]) as NodeCard;
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > CARD_MAX_CHARS) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return read instanceof Object ? (read as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

type Is = (value: unknown) => boolean;

/** Printable, so that a terminal may show it. */
function isText(maxChars: number): Is {
  return (value) => {
    return typeof value === 'string' && value.length <= maxChars && /^[!-~][ -~]*$/.test(value);
  };
}

const isWhole: Is = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Is = (value) => typeof value === 'boolean';
const isName = isText(NAME_MAX_CHARS);
const isState: Is = (value) => STATES.some((state) => state === value);
const isAddress: Is = (value) =>
  isText(ADDRESS_MAX_CHARS)(value) && /^(?:tcp|tls|wss?):\/\/\S+$/.test(value as string);
const areAddresses: Is = (value) =>
  Array.isArray(value) && value.length <= ADDRESSES_MAX && value.every(isAddress);

const MORE = ['link', 'gateway', 'admin', 'problem'] as const;
const FIELDS: Readonly<Record<Exclude<keyof NodeCard, (typeof MORE)[number]>, Is>> = {
  node: isName,
  life: isName,
  cluster: isName,
  addresses: areAddresses,
  version: isName,
  contract: isWhole,
  protocol: isWhole,
  shards: isWhole,
  priority: (value) => Number.isSafeInteger(value),
  state: isState,
  ready: isFlag,
  sessions: isWhole,
  loopDelayMs: (value) => typeof value === 'number' && value >= 0 && value <= 86_400_000,
  clock: isWhole,
  startedAt: isWhole,
};
