/** Gives the numbers of a sequencer to the servers that are linked with it. */
import {
  ImError,
  reasonOf,
  type Counter,
  type Link,
  type LinkEar,
  type LinkEnd,
  type ListenAddress,
  type OrderingHost,
} from 'im-kernel/contract';
import { encodeDeny, encodeGive, readAsk } from './messages.ts';
import type { NumberSource } from './number-source.ts';
import { linkOptions, named, type SequencerSettings } from './settings.ts';

/** Questions of one server that have no answer yet; ours ask one at a time. */
const OPEN_MAX = 16;

export class NumberServer {
  readonly #source: NumberSource;
  readonly #settings: SequencerSettings;
  readonly #host: OrderingHost;
  readonly #links = new Set<ServedLink>();
  readonly #refused: Counter;
  #end: LinkEnd | undefined;

  constructor(source: NumberSource, settings: SequencerSettings, host: OrderingHost) {
    this.#source = source;
    this.#settings = settings;
    this.#host = host;
    const { metrics } = host;
    this.#refused = metrics.counter(
      'sequencer_links_refused_total',
      'Links not proven, by code.',
      'code',
    );
    metrics.gauge('sequencer_links', 'Servers linked with this sequencer.', () => {
      return [...this.#links].filter(({ open }) => open).length;
    });
  }

  get addresses(): readonly string[] {
    return this.#end ? [`link://${this.#end.address}`] : [];
  }

  async start(at: ListenAddress, signal: AbortSignal): Promise<void> {
    const options = { ...linkOptions(this.#settings), at, linksMax: this.#settings.linksMax };
    const listening = this.#host.links.listen(options, () => this.#accept(), signal);
    this.#end = await listening.catch((error: unknown) => {
      throw error instanceof ImError ? named(error, 'listen') : error;
    });
  }

  async stop(): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    await end?.close();
    this.#links.clear();
  }

  #accept(): LinkEar {
    const link = new ServedLink(this.#source, (why) => {
      this.#links.delete(link);
      if (link.open) this.#host.log.info('a server left', { peer: link.peer, why: why.message });
      else this.#refuse(why);
    });
    this.#links.add(link);
    return link;
  }

  #refuse(why: ImError): void {
    this.#refused.add(1, why.code);
    this.#host.log.debug('a link was not opened', { code: why.code, why: reasonOf(why) });
  }
}

class ServedLink implements LinkEar {
  readonly #source: NumberSource;
  readonly #gone: (why: ImError) => void;
  #link: Link | undefined;
  #unanswered = 0;
  peer = '';

  constructor(source: NumberSource, gone: (why: ImError) => void) {
    this.#source = source;
    this.#gone = gone;
  }

  /** It has proven itself, at some time. */
  get open(): boolean {
    return this.#link !== undefined;
  }

  opened(link: Link): void {
    this.#link = link;
    this.peer = link.peer;
  }

  received(frame: Uint8Array): void {
    const ask = readAsk(frame);
    if (!ask || this.#unanswered >= OPEN_MAX) return this.#cut();
    this.#unanswered += 1;
    this.#source
      .grant(ask.count, ask.above)
      .then(
        (block) => this.#link?.send(encodeGive(ask.id, block)),
        (error: unknown) => this.#link?.send(encodeDeny(ask.id, codeOf(error))),
      )
      .finally(() => (this.#unanswered -= 1))
      .catch(() => this.#cut());
  }

  closed(why: ImError): void {
    this.#gone(why);
  }

  #cut(): void {
    this.#link?.close();
    this.#gone(new ImError('IM_LINK_REFUSED', { peer: this.peer, why: 'it asks what is none' }));
  }
}

function codeOf(error: unknown): ImError['code'] {
  return error instanceof ImError ? error.code : 'IM_SEQUENCER_AWAY';
}
