/**
 * What the gateway answers over HTTP: a question in, an answer out, no sockets. Anybody may ask, so
 * nothing here costs more than a look at the last view, and nothing of a question is given back.
 */
import type { Rate } from '../../config/rate-of.ts';
import type { Clock, Counter, Random } from '../../contract/index.ts';
import { isName } from '../../wire/names.ts';
import { epochOf } from '../cluster-view.ts';
import { Admission } from './admission.ts';
import { route, shownNodes, type GatewayView } from './route.ts';

export interface Question {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** It has a body, which no question here has. */
  readonly body: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; empty: no body. */
  readonly body: string;
}

export interface AnswersSurroundings {
  readonly view: () => GatewayView;
  readonly clock: Clock;
  readonly random: Random;
  readonly rate: Rate;
  /** How long clients wait at least that find nobody who serves, ms; it may change. */
  readonly retryAfterMs: number;
  /** Labelled by what was answered. */
  readonly answered: Counter;
}

/** Longer than any question with a name in it. */
const URL_MAX_CHARS = 1_024;
const ALLOWED = 'GET, HEAD, OPTIONS';

type Fault = 'not-found' | 'bad-url' | 'url-too-long' | 'bad-user' | 'bad-method' | 'no-body';
const FAULTS: Readonly<Record<Fault, readonly [status: number, message: string]>> = {
  'not-found': [404, 'There are /v1/server?user=NAME, /v1/nodes and /v1/health.'],
  'bad-url': [400, 'This is no URL.'],
  'url-too-long': [414, 'This URL is too long.'],
  'bad-user': [
    400,
    'Name one user, or none: /v1/server?user=NAME, 1 to 64 of A-Z a-z 0-9 . _ @ + -',
  ],
  'bad-method': [405, 'Ask with GET.'],
  'no-body': [400, 'A question here has no body.'],
};

export class Answers {
  readonly #around: AnswersSurroundings;
  readonly #admission: Admission;

  constructor(around: AnswersSurroundings) {
    this.#around = around;
    this.#admission = new Admission(around.rate, around.clock);
  }

  answer({ method, url, body }: Question): Answer {
    if (method === 'OPTIONS') return this.#preflight();
    if (method !== 'GET' && method !== 'HEAD') return this.#fault('bad-method');
    if (body) return this.#fault('no-body');
    if (url.length > URL_MAX_CHARS) return this.#fault('url-too-long');
    const whole = `http://gateway${url}`;
    if (!url.startsWith('/') || !URL.canParse(whole)) return this.#fault('bad-url');
    const asked = new URL(whole);
    switch (asked.pathname) {
      case '/v1/server':
        return this.#admitted(() => this.#server(asked.searchParams));
      case '/v1/nodes':
        return this.#admitted(() => this.#nodes());
      case '/v1/health':
        return this.#health();
      default:
        return this.#fault('not-found');
    }
  }

  #admitted(answer: () => Answer): Answer {
    const waitMs = this.#admission.take();
    if (waitMs === 0) return answer();
    return this.#later('too-many', 'Too many ask at once.', waitMs);
  }

  #server(parameters: URLSearchParams): Answer {
    // A client may not know whose its token is, and one node serves them all.
    const users = parameters.getAll('user');
    if (users.length > 1 || !users.every(isName)) return this.#fault('bad-user');
    const view = this.#around.view();
    const way = route(view);
    if (way) return this.#told(view.stale ? 'stale' : 'found', { ...way, ...age(view) }, 200);
    return this.#later('nobody', 'No server is ready.', this.#around.retryAfterMs, age(view));
  }

  #nodes(): Answer {
    const view = this.#around.view();
    const { record } = view;
    const epoch = record ? epochOf(record) : 0;
    const way = route(view);
    const found = { epoch, active: way?.node, nodes: shownNodes(view), ...age(view) };
    return this.#told('nodes', found, 200);
  }

  /** It can answer, by whatever view: 200. It has never seen the store: 503. */
  #health(): Answer {
    const view = this.#around.view();
    const state = view.record ? (view.stale ? 'stale' : 'running') : 'blind';
    return this.#told('health', { state, ...age(view) }, view.record ? 200 : 503);
  }

  #preflight(): Answer {
    this.#around.answered.add(1, 'preflight');
    const headers = { allow: ALLOWED, 'access-control-allow-methods': ALLOWED };
    return { status: 204, headers: { ...COMMON, ...headers }, body: '' };
  }

  #fault(error: Fault): Answer {
    const [status, message] = FAULTS[error];
    const answer = this.#told(error, { error, message }, status);
    if (error !== 'bad-method') return answer;
    return { ...answer, headers: { ...answer.headers, allow: ALLOWED } };
  }

  /** Spread a little, so that those who were refused at once do not come at once. */
  #later(error: 'too-many' | 'nobody', message: string, waitMs: number, more: object = {}): Answer {
    const retryAfterMs = Math.ceil(waitMs * (1 + this.#around.random.next() / 2));
    const answer = this.#told(error, { error, message, retryAfterMs, ...more }, 503);
    const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
    return { ...answer, headers: { ...answer.headers, 'retry-after': seconds } };
  }

  #told(label: string, body: object, status: number): Answer {
    this.#around.answered.add(1, label);
    const headers = { ...COMMON, 'content-type': 'application/json; charset=utf-8' };
    return { status, headers, body: JSON.stringify(body) };
  }
}

/** Anybody may ask, from any page, and no cache may answer instead. */
const COMMON = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

/** Said only of a view that may not hold any more. */
function age({ record, agoMs, stale }: GatewayView): object {
  return stale && record ? { stale: true, agoMs: Math.round(agoMs) } : {};
}
