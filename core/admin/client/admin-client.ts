/**
 * Asks a node over its admin API, or watches it: over a unix socket, HTTP or HTTPS. One try each;
 * who wants to go on after a failure asks again.
 */
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { z } from 'zod';
import { event as eventView } from '../protocol/events.ts';
import type { Beat, EventView, Frame, Lost, StreamInput } from '../protocol/index.ts';
import { beat, frame, lost } from '../protocol/stream.ts';
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
    const output: z.ZodType = verb.output;
    return this.#read(output, answer, `its answer to ${name}`) as Output<N>;
  }

  /** Any answer, as it is, such as `/metrics`. Rejects with AdminProblem. */
  text(path: string, signal?: AbortSignal): Promise<string> {
    return this.#call('GET', path, undefined, signal);
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
        if (event === 'frame') watcher.frame(this.#read(frame, data));
        else if (event === 'event') watcher.event(this.#read(eventView, data));
        else if (event === 'lost') watcher.lost(this.#read(lost, data));
        else if (event === 'beat') watcher.beat(this.#read(beat, data));
      }
    }
  }

  /** @throws AdminProblem IM_ADMIN_VERSION. */
  #read<T>(schema: z.ZodType<T>, text: string, what = 'its stream'): T {
    const why = (reason: string): AdminProblem =>
      new AdminProblem(this.target.name, 'IM_ADMIN_VERSION', `${what} is ${reason}`, 200);
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      throw why('no JSON');
    }
    const read = schema.safeParse(given);
    if (read.success) return read.data;
    throw why(`of another version: ${read.error.message}`);
  }

  async #call(
    method: string,
    path: string,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const response = await this.#send(method, path, body, signal);
    const text = await bodyOf(response).catch((error: unknown) => {
      throw unreachable(this.target.name, error, method === 'POST');
    });
    if (response.statusCode !== 200) throw problemOf(this.target.name, response.statusCode, text);
    return text;
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
