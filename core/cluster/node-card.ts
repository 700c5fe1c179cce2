/** What a node tells of itself, as text for the registry. What others wrote is read with care. */

export interface NodeCard {
  readonly node: string;
  readonly life: string;
  /** Where clients reach it, as in MOVED. */
  readonly addresses: readonly string[];
  /** `host:port` where other nodes hear it beat. */
  readonly link?: string;
  /** Where it tells clients which server is theirs. */
  readonly gateway?: string;
  /** Of the package. */
  readonly version: string;
  readonly contract: number;
  readonly protocol: number;
  readonly cluster: string;
  readonly shards: number;
  /** Lower goes first. */
  readonly priority: number;
  /** It could own shards. */
  readonly ready: boolean;
  readonly state: 'active' | 'standby' | 'leaving';
  readonly sessions: number;
  /** How late its event loop ran lately, 99th percentile, ms. */
  readonly loopDelayMs: number;
  /** Its wall clock when it wrote this, ms. */
  readonly clock: number;
  /** Wall clock ms. */
  readonly startedAt: number;
}

const STATES = ['active', 'standby', 'leaving'];
const ADDRESSES_MAX = 16;
const TEXT_MAX = 300;
const CARD_MAX = 16_384;

export function printCard(card: NodeCard): string {
  return JSON.stringify(card);
}

/** Undefined if it is not a card. */
export function parseCard(text: string): NodeCard | undefined {
  if (text.length > CARD_MAX) return undefined;
  try {
    return cardOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

type Unknown = Readonly<Partial<Record<keyof NodeCard, unknown>>>;

const TEXTS = ['node', 'life', 'version', 'cluster'] as const;
const NUMBERS = [
  'contract',
  'protocol',
  'shards',
  'priority',
  'sessions',
  'loopDelayMs',
  'clock',
  'startedAt',
] as const;

function cardOf(value: unknown): NodeCard | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const card: Unknown = value;
  const { addresses, ready, state, link, gateway } = card;
  if (!TEXTS.every((key) => isText(card[key]))) return undefined;
  if (!NUMBERS.every((key) => Number.isFinite(card[key]))) return undefined;
  if (!Array.isArray(addresses) || addresses.length > ADDRESSES_MAX) return undefined;
  if (!addresses.every((one) => isText(one)) || typeof ready !== 'boolean') return undefined;
  if (!STATES.includes(state as string)) return undefined;
  if (![link, gateway].every((one) => one === undefined || isText(one))) return undefined;
  return value as NodeCard;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_MAX;
}
