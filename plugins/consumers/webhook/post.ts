/** One POST: what comes back is read up to a bound, and nothing is followed. */
import { request as plainRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface Post {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  /** More of an answer's body is not read; the connection is closed instead. */
  readonly responseMaxBytes: number;
  readonly signal: AbortSignal;
}

/** Resolves to the status of the answer. Rejects if none came. */
export function post(what: Post): Promise<number> {
  const { url, agent, headers, payload, responseMaxBytes, signal } = what;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = url.protocol === 'https:' ? secureRequest : plainRequest;
  const options = { method: 'POST', agent, headers, signal };
  const sent = request(url, options, (answer) => {
    const { statusCode = 0 } = answer;
    // The status decides. The rest is read, so that the connection can be used again.
    readUpTo(answer, responseMaxBytes, () => resolve(statusCode));
  });
  sent.on('error', reject);
  sent.end(payload);
  return promise;
}

function readUpTo(answer: IncomingMessage, maxBytes: number, done: () => void): void {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) answer.destroy();
  });
  answer.on('error', done);
  answer.on('close', done);
}
