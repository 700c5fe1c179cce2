/** The way to a sequencer in another process. */
import {
  ImError,
  type Link,
  type LinkEar,
  type LinkEnd,
  type OrderingHost,
} from 'im-kernel/contract';
import { encodeAsk, readAnswer } from './messages.ts';
import type { Block, NumberSource } from './number-source.ts';
import { connectOptions, named, type SequencerSettings } from './settings.ts';

interface Asked {
  readonly count: number;
  readonly above: number;
  readonly resolve: (block: Block) => void;
  readonly reject: (why: ImError) => void;
}

export class LinkedSource implements NumberSource, LinkEar {
  readonly #host: OrderingHost;
  readonly #settings: SequencerSettings;
  #end: LinkEnd | undefined;
  #link: Link | undefined;
  /** One at a time: the supply asks again when it was answered. */
  #asked: Asked | undefined;
  #id = 0;
  #troubled = false;
  #denied = false;
  /** For something that lasts until somebody mends it, and the link is opened anew. */
  #below = false;
  /** Told of the first outcome: the link is open, or why it is not. */
  #first: ((why: ImError | undefined) => void) | undefined;

  constructor(settings: SequencerSettings, host: OrderingHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /**
   * Resolves when the link is open, or is merely not there: then it is tried on. Rejects with what
   * somebody has to mend: IM_LINK_SECRET, IM_LINK_REFUSED.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { connect } = this.#settings;
    if (!connect) throw new ImError('IM_BUG', { why: 'a link needs an address' });
    signal.throwIfAborted();
    const first = new Promise<ImError | undefined>((resolve) => (this.#first = resolve));
    this.#end = this.#host.links.connect(connectOptions(this.#settings, connect), this);
    const why = await first;
    if (why?.kind !== 'config') return signal.throwIfAborted();
    await this.stop();
    throw named(why, 'connect');
  }

  async stop(): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    this.#link = undefined;
    this.#first?.(undefined);
    this.#asked?.reject(new ImError('IM_SEQUENCER_AWAY', { why: 'the server is being stopped' }));
    this.#asked = undefined;
    await end?.close();
  }

  /** Waits for the link, too: what is asked for while it is away goes out when it is there. */
  grant(count: number, above: number): Promise<Block> {
    return new Promise((resolve, reject) => {
      this.#asked = { count, above, resolve, reject };
      this.#send();
    });
  }

  opened(link: Link): void {
    this.#link = link;
    if (this.#troubled) this.#host.log.info('the sequencer is there again', { peer: link.peer });
    this.#troubled = false;
    this.#denied = false;
    this.#below = false;
    this.#host.report({ state: 'running' });
    this.#first?.(undefined);
    this.#send();
  }

  received(frame: Uint8Array): void {
    const answer = readAnswer(frame);
    const asked = this.#asked;
    // An answer to what was asked over an earlier link is nobody's any more.
    if (!answer || !asked || answer.id !== this.#id) return;
    this.#asked = undefined;
    if (answer.is === 'give') {
      this.#deny(undefined);
      return asked.resolve(answer.block);
    }
    const why = whyOf(answer.code, asked);
    this.#deny(why);
    return asked.reject(why);
  }

  closed(why: ImError): void {
    this.#link = undefined;
    this.#first?.(why);
    if (this.#troubled) return;
    this.#troubled = true;
    this.#host.report({ state: 'degraded', why: why.message, error: why });
  }

  /** Says once that it is linked and gives nothing, and once that it gives again. */
  #deny(why: ImError | undefined): void {
    if (this.#below || this.#denied === Boolean(why)) return;
    this.#denied = Boolean(why);
    this.#below = why?.code === 'IM_SEQUENCER_BELOW';
    if (why) this.#host.report({ state: 'degraded', why: why.message, error: why });
    else this.#host.report({ state: 'running' });
  }

  #send(): void {
    if (!this.#asked || !this.#link) return;
    this.#id = (this.#id + 1) % 2 ** 32;
    const { count, above } = this.#asked;
    this.#link.send(encodeAsk({ id: this.#id, count, above }));
  }
}

/** What the asker can do nothing about by asking again keeps its name. */
function whyOf(code: ImError['code'], { above }: Asked): ImError {
  if (code === 'IM_SEQUENCER_BELOW') return new ImError(code, { above });
  return new ImError('IM_SEQUENCER_AWAY', { why: `it says ${code}` });
}
