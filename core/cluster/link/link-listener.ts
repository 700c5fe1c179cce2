/** Takes links from whoever knows the secret. */
import {
  ImError,
  reasonOf,
  type Link,
  type LinkEar,
  type LinkEnd,
  type ListenOptions,
} from '../../contract/index.ts';
import { NONCE_BYTES, type Secret } from './handshake.ts';
import type { LinkMeans } from './link-means.ts';
import { LinkSession } from './link-session.ts';
import type { ByteStream, StreamEar, StreamListener } from './network.ts';

const NOBODY: StreamEar = {
  opened: () => undefined,
  received: () => undefined,
  closed: () => undefined,
};

/** Rejects with IM_LINK_SECRET or IM_LINK_LISTEN. */
export async function listenForLinks(
  options: ListenOptions,
  accept: () => LinkEar,
  means: LinkMeans,
): Promise<LinkEnd> {
  const { at } = options;
  const secret = await means.readSecret(options.secretFile, 'make');
  const links = new LinkListener(options, accept, means, secret);
  let listener: StreamListener;
  try {
    listener = await means.network.listen(at, (stream) => links.take(stream));
  } catch (error) {
    const details = { address: `${at.host}:${at.port}`, why: reasonOf(error) };
    throw new ImError('IM_LINK_LISTEN', details, { cause: error });
  }
  return {
    address: listener.address,
    close: async () => {
      const closed = listener.close();
      links.close();
      await closed;
    },
  };
}

class LinkListener {
  readonly #options: ListenOptions;
  readonly #accept: () => LinkEar;
  readonly #means: LinkMeans;
  readonly #secret: Secret;
  readonly #open = new Set<LinkSession>();

  constructor(options: ListenOptions, accept: () => LinkEar, means: LinkMeans, secret: Secret) {
    this.#options = options;
    this.#accept = accept;
    this.#means = means;
    this.#secret = secret;
  }

  take(stream: ByteStream): StreamEar {
    if (this.#open.size >= this.#options.linksMax) {
      stream.destroy();
      const why = 'there are as many links as there may be';
      this.#accept().closed(new ImError('IM_LINK_REFUSED', { peer: stream.peer, why }));
      return NOBODY;
    }
    const { clock, random } = this.#means;
    const own = this.#accept();
    const ear: LinkEar = {
      opened: (link) => own.opened(this.#counted(link, session)),
      received: (frame) => own.received(frame),
      closed: (why) => {
        this.#open.delete(session);
        own.closed(why);
      },
    };
    const options = this.#options;
    const nonce = random.bytes(NONCE_BYTES);
    const session = new LinkSession({
      side: 'listens',
      options,
      secret: this.#secret,
      nonce,
      clock,
      ear,
    });
    session.over(stream);
    this.#open.add(session);
    return session;
  }

  /** One that its owner closes makes room, too. */
  #counted(link: Link, session: LinkSession): Link {
    return {
      peer: link.peer,
      send: (frame) => link.send(frame),
      close: () => {
        this.#open.delete(session);
        link.close();
      },
    };
  }

  close(): void {
    for (const session of this.#open) session.close();
    this.#open.clear();
  }
}
