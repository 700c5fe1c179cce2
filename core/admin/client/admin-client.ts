/**
 * Asks a node over its admin API, or watches it: over a unix socket, HTTP or HTTPS. One try each;
 * who wants to go on after a failure asks again.
 */
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Beat, EventView, Frame, Lost, StreamInput } from '../protocol/index.ts';
import { VERBS, type Asked, type Output, type VerbName } from '../verbs.ts';
import { AdminProblem, problemOf, unreachable } from './admin-problem.ts';
import { SseReader } from './sse-reader.ts';

/** Where an admin API is. */
export interface Target {
  /** For people. */
  readonly name: string;
  /** The path of a unix socket; or else `url`. */
  readonly socket?: string;
  /** `http://host:port` or `https://host:port`. */
  readonly url?: string;
  readonly token?: string;
  /** PEM, for a certificate that the machine does not know. */
  readonly ca?: string;
}

export interface Watcher {
  frame(frame: Frame): void;
  event(event: EventView): void;
  /** Events that are missing here: they were forgotten, or this reader was too slow for them. */
  lost(lost: Lost): void;
  beat(beat: Beat): void;
  /** It is over, for this reason; nothing follows. Not called after the cancel. */
  closed(problem: AdminProblem): void;
}

const ANSWER_WITHIN_MS = 10_000;
/** An act may last longer: a planned change of the owner up to half a minute. */
const ACTED_WITHIN_MS = 40_000;
const ANSWER_MAX_BYTES = 16 * 2 ** 20;
/** Of a stream, on which a beat comes every second: then its node hangs. */
const SILENT_MS = 3_000;

export class AdminClient {
  readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  /** Rejects with AdminProblem. */
  async ask<N extends VerbName>(
    name: N,
    asked: Asked<N>,
    signal?: AbortSignal,
  ): Promise<Output<N>> {
    const verb = VERBS[name];
    const rest: Record<string, unknown> = { ...asked };
    const path = verb.path.replaceAll(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key]);
      delete rest[key];
      return encodeURIComponent(value);
    });
    const answer =
      verb.method === 'GET'
        ? await this.#call('GET', withQuery(path, rest), undefined, signal)
        : await this.#call('POST', path, JSON.stringify(rest), signal);
    const parsed = verb.output.safeParse(answer);
    if (parsed.success) return parsed.data as Output<N>;
    const why = `its answer to ${name} is of another version: ${parsed.error.message}`;
    throw new AdminProblem(this.target.name, 'IM_ADMIN_VERSION', why, 0);
  }

  /** Any answer that is no JSON, such as `/metrics`. */
  async text(path: string, signal?: AbortSignal): Promise<string> {
    const response = await this.#send('GET', path, undefined, signal);
    const text = await bodyOf(response);
    if (response.statusCode !== 200) throw problemOf(this.target.name, response.statusCode, text);
    return text;
  }

  /** Watches until the cancel that it returns, or until it is closed. */
  watch(input: StreamInput, watcher: Watcher): () => void {
    const end = new AbortController();
    this.#stream(withQuery('/v1/stream', input), watcher, end.signal).then(
      () => {
        if (!end.signal.aborted) watcher.closed(unreachable(this.target.name, 'it ended'));
      },
      (error: unknown) => {
        if (end.signal.aborted) return;
        const known = error instanceof AdminProblem;
        watcher.closed(known ? error : unreachable(this.target.name, error));
      },
    );
    return () => end.abort();
  }

  async #stream(path: string, watcher: Watcher, signal: AbortSignal): Promise<void> {
    const response = await this.#send('GET', path, undefined, signal);
    if (response.statusCode !== 200) {
      throw problemOf(this.target.name, response.statusCode, await bodyOf(response));
    }
    response.socket.setTimeout(SILENT_MS, () => {
      response.destroy(new Error(`it said nothing for ${SILENT_MS / 1_000} s`));
    });
    const reader = new SseReader();
    for await (const chunk of response) {
      for (const { event, data } of reader.read(chunk as Buffer)) {
        if (event === 'frame') watcher.frame(JSON.parse(data) as Frame);
        else if (event === 'event') watcher.event(JSON.parse(data) as EventView);
        else if (event === 'lost') watcher.lost(JSON.parse(data) as Lost);
        else if (event === 'beat') watcher.beat(JSON.parse(data) as Beat);
      }
    }
  }

  async #call(
    method: string,
    path: string,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const response = await this.#send(method, path, body, signal);
    const text = await bodyOf(response).catch((error: unknown) => {
      throw unreachable(this.target.name, error, method === 'POST');
    });
    if (response.statusCode !== 200) throw problemOf(this.target.name, response.statusCode, text);
    try {
      return JSON.parse(text);
    } catch {
      throw new AdminProblem(this.target.name, 'IM_ADMIN_VERSION', 'it answered no JSON', 200);
    }
  }

  #send(
    method: string,
    path: string,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const { socket, url, token, ca, name } = this.target;
    const headers = {
      host: 'localhost',
      accept: '*/*',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    };
    const base = socket === undefined ? new URL(url ?? '') : undefined;
    const where: RequestOptions = base
      ? { host: base.hostname.replaceAll(/[[\]]/g, ''), port: base.port }
      : { socketPath: socket };
    if (base) headers.host = base.host;
    const secure = base?.protocol === 'https:';
    const isAct = method === 'POST';
    const timeout = isAct ? ACTED_WITHIN_MS : ANSWER_WITHIN_MS;
    const options = { ...where, method, path, headers, signal, timeout };
    return new Promise((resolve, reject) => {
      const request = secure
        ? tlsRequest({ ...options, ...(ca !== undefined && { ca }) }, resolve)
        : plainRequest(options, resolve);
      let isHeard = false;
      const heard = (): void => void (isHeard = true);
      request.once('socket', (line) => {
        if (line.connecting) line.once('connect', heard);
        else heard();
      });
      request.once('timeout', () => request.destroy(new Error('it does not answer')));
      request.once('error', (error) => reject(unreachable(name, error, isAct && isHeard)));
      request.end(body);
    });
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > ANSWER_MAX_BYTES) throw new Error('an answer without an end');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Lists are repeated keys. */
function withQuery(path: string, input: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(key, String(one));
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}
