/**
 * Proves to both ends of a link that the other knows the secret, which is never sent: each signs
 * both nonces, the purpose and its own side (HMAC-SHA-256), so no proof is worth anything on
 * another link, in another direction or for another purpose. (The scheme of ISO/IEC 9798-4, mutual,
 * three passes.)
 */
import type { Kind, LinkFrame } from './link-frames.ts';

const VERSION = 1;
export const NONCE_BYTES = 32;
const MAC_BYTES = 32;
/** The longest frame before both ends are proven. */
export const HANDSHAKE_FRAME_MAX = 256;

export interface Secret {
  /** HMAC-SHA-256 under the secret. */
  sign(bytes: Uint8Array): Uint8Array;
}

export interface HandshakeOptions {
  readonly side: 'connects' | 'listens';
  readonly purpose: string;
  readonly secret: Secret;
  /** 32 fresh octets. */
  readonly nonce: Uint8Array;
}

/** What to do next; `refused` is why, and is told to the other end unless it said so itself. */
export type Step =
  | { readonly is: 'on'; readonly kind: Kind; readonly payload: Uint8Array }
  | { readonly is: 'open'; readonly kind?: Kind; readonly payload?: Uint8Array }
  | { readonly is: 'refused'; readonly why: string; readonly told: boolean };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Handshake {
  readonly #options: HandshakeOptions;
  /** The other end's nonce, once it was told. */
  #theirs: Uint8Array | undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** What the connecting end says first: version, nonce, purpose. */
  hello(): Uint8Array {
    const { nonce, purpose } = this.#options;
    return joinOctets([Uint8Array.of(VERSION), nonce, encoder.encode(purpose)]);
  }

  take({ kind, payload }: LinkFrame): Step {
    if (kind === 'refuse') return refused(printable(payload), true);
    const { side } = this.#options;
    if (side === 'listens' && kind === 'hello' && !this.#theirs) return this.#challenge(payload);
    if (side === 'listens' && kind === 'proof' && this.#theirs) return this.#check(payload);
    if (side === 'connects' && kind === 'challenge') return this.#prove(payload);
    if (side === 'connects' && kind === 'open' && this.#theirs) return { is: 'open' };
    return refused('it speaks no protocol of ours', false);
  }

  #challenge(hello: Uint8Array): Step {
    const { purpose, nonce } = this.#options;
    if (hello[0] !== VERSION) return refused('it speaks another version', false);
    if (decoder.decode(hello.subarray(1 + NONCE_BYTES)) !== purpose) {
      return refused('it listens for another purpose', false);
    }
    this.#theirs = hello.slice(1, 1 + NONCE_BYTES);
    return { is: 'on', kind: 'challenge', payload: joinOctets([nonce, this.#mac('listens')]) };
  }

  #prove(challenge: Uint8Array): Step {
    if (challenge.length !== NONCE_BYTES + MAC_BYTES) return refused('a broken challenge', false);
    this.#theirs = challenge.slice(0, NONCE_BYTES);
    const proven = same(challenge.subarray(NONCE_BYTES), this.#mac('listens'));
    if (!proven) return refused('the secrets differ', false);
    return { is: 'on', kind: 'proof', payload: this.#mac('connects') };
  }

  #check(proof: Uint8Array): Step {
    if (!same(proof, this.#mac('connects'))) return refused('the secrets differ', false);
    return { is: 'open', kind: 'open', payload: new Uint8Array() };
  }

  #mac(side: HandshakeOptions['side']): Uint8Array {
    const { nonce, purpose, secret } = this.#options;
    const theirs = this.#theirs ?? new Uint8Array();
    const nonces = this.#options.side === 'connects' ? [nonce, theirs] : [theirs, nonce];
    const words = encoder.encode(`im-link ${VERSION} ${side} ${purpose} `);
    return secret.sign(joinOctets([words, ...nonces]));
  }
}

/** What a stranger says may end in a terminal. */
function printable(octets: Uint8Array): string {
  return decoder.decode(octets).replace(/[^ -~]/g, '?');
}

function refused(why: string, told: boolean): Step {
  return { is: 'refused', why, told };
}

/** Takes as long whatever differs. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  let differs = a.length ^ b.length;
  for (let at = 0; at < b.length; at += 1) differs |= (a[at] ?? 0) ^ (b[at] as number);
  return differs === 0;
}

function joinOctets(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
