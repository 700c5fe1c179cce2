/**
 * Decides whether a request may become a WebSocket. Pure: what is refused and how it is said,
 * nothing else.
 */
import type { IncomingMessage } from 'node:http';
import type { Binding } from 'im-kernel/contract';

export const SUBPROTOCOLS: Readonly<Record<string, Binding>> = {
  'im.tlv.1': { encoding: 'tlv', framing: 'messages' },
  'im.json.1': { encoding: 'json', framing: 'messages' },
};
const KNOWN = Object.keys(SUBPROTOCOLS);
const VERSION = '13';

export interface Refusal {
  readonly status: number;
  /** The metric's label. */
  readonly reason: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface UpgradeRules {
  readonly path: string;
  readonly origins: readonly string[];
  readonly headersMax: number;
}
export type UpgradeRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

/** The first of the client's subprotocols that we speak. */
export function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  for (const name of offered) if (KNOWN.includes(name)) return name;
  return undefined;
}

function timesGiven(request: UpgradeRequest, name: string): number {
  return request.rawHeaders.filter((raw, at) => at % 2 === 0 && raw.toLowerCase() === name).length;
}

function headersRefusal(request: UpgradeRequest, rules: UpgradeRules): Refusal | undefined {
  if (request.rawHeaders.length / 2 > rules.headersMax) {
    return { status: 431, reason: 'headers', text: 'too many headers' };
  }
  if (timesGiven(request, 'host') > 1) {
    return { status: 400, reason: 'headers', text: 'more than one Host' };
  }
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    return { status: 400, reason: 'headers', text: 'an upgrade has no body' };
  }
  return undefined;
}

/**
 * What a request is answered that does not ask for an upgrade, or undefined if its place would
 * upgrade.
 */
export function placeRefusal(request: UpgradeRequest, rules: UpgradeRules): Refusal | undefined {
  if (request.url !== rules.path) {
    return { status: 404, reason: 'path', text: 'nothing here' };
  }
  if (request.method !== 'GET') {
    const headers = { allow: 'GET' };
    return { status: 405, reason: 'method', text: 'only GET upgrades', headers };
  }
  return undefined;
}

export function upgradeRequired(): Refusal {
  const headers = { upgrade: 'websocket', 'sec-websocket-version': VERSION };
  const text = `this is a WebSocket, version ${VERSION}, subprotocol ${KNOWN.join(' or ')}`;
  return { status: 426, reason: 'upgrade', text, headers };
}

/** Why the request must not be upgraded; undefined: it may. */
export function upgradeRefusal(request: UpgradeRequest, rules: UpgradeRules): Refusal | undefined {
  const early = headersRefusal(request, rules) ?? placeRefusal(request, rules);
  if (early) return early;
  const { headers } = request;
  if (headers.upgrade?.toLowerCase() !== 'websocket') return upgradeRequired();
  if (headers['sec-websocket-version'] !== VERSION) {
    return { ...upgradeRequired(), reason: 'version' };
  }
  const { origin } = headers;
  if (origin !== undefined && rules.origins.length > 0 && !rules.origins.includes(origin)) {
    return { status: 403, reason: 'origin', text: 'this origin may not connect' };
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (chooseSubprotocol(offered) === undefined) {
    const text = `ask for the subprotocol ${KNOWN.join(' or ')}`;
    return { status: 400, reason: 'subprotocol', text };
  }
  return undefined;
}
