/** Server-sent events out of octets (WHATWG HTML 9.2.6), as far as our server uses them. */
import { StringDecoder } from 'node:string_decoder';

export interface ServerSent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

const PENDING_MAX_CHARS = 16 * 2 ** 20;

export class SseReader {
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';

  /** What these octets have completed. Throws if an event has no end. */
  read(bytes: Buffer): readonly ServerSent[] {
    this.#pending += this.#decoder.write(bytes);
    const blocks = this.#pending.split('\n\n');
    this.#pending = blocks.pop() ?? '';
    if (this.#pending.length > PENDING_MAX_CHARS) throw new Error('an event without an end');
    return blocks.flatMap((block) => eventOf(block) ?? []);
  }
}

function eventOf(block: string): ServerSent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { event: fields.get('event') ?? 'message', data, id: fields.get('id') };
}
