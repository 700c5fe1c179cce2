/** An HTTP server that receives webhooks, and does as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answer = (response: ServerResponse) => void;

/** Answers with a status and nothing else. */
export function withStatus(status: number, headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(status, headers).end();
}

export class Receiver {
  /** Everything that came, whatever was answered. */
  readonly received: Received[] = [];
  /** Of these, what was answered with 2xx, as `conversation position`. */
  readonly taken: string[] = [];
  answer: Answer = withStatus(204);
  readonly #server = createServer((request, response) => {
    void text(request).then(
      (raw) => {
        const body = JSON.parse(raw) as Received['body'];
        this.received.push({ headers: request.headers, raw, body });
        this.answer(response);
        const { statusCode, headersSent } = response;
        if (!headersSent || statusCode < 200 || statusCode > 299) return;
        this.taken.push(`${String(body['conversation'])} ${String(body['position'])}`);
      },
      () => undefined,
    );
  });

  /** Answers nobody. */
  hang(): void {
    this.answer = () => undefined;
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, '127.0.0.1', () => resolve()));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }
}
