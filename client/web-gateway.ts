/** Asks a gateway by `fetch`, as browsers and Node have it. */
import type { AskGateway } from './ask-gateway.ts';
import { reasonOf } from './errors.ts';

async function textWithin(body: Response['body'], maxBytes: number): Promise<string> {
  const utf8 = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    // Leaving the loop ends the transfer.
    if (bytes > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`);
    text += utf8.decode(part, { stream: true });
  }
  return text + utf8.decode();
}

/** A redirection is no answer: it could lead from TLS to plain, or round in circles. */
async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      signal,
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      headers: { accept: 'application/json' },
    });
  } catch (error) {
    // "fetch failed" says nothing; Node tells the reason beneath.
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(reasonOf(reason), { cause: error });
  }
}

async function bodyOf(status: number, body: Response['body'], maxBytes: number): Promise<string> {
  if (status === 200) return textWithin(body, maxBytes);
  // A page of somebody in between, however long, leaves the header.
  if (status === 503) return textWithin(body, maxBytes).catch(() => '');
  await body?.cancel();
  return '';
}

export const askByFetch: AskGateway = async (url, maxBytes, signal) => {
  const { status, headers, body } = await request(url, signal);
  return {
    status,
    retryAfter: headers.get('retry-after') ?? undefined,
    body: await bodyOf(status, body, maxBytes),
  };
};
