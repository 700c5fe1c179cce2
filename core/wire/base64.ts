/** Base64 (RFC 4648, section 4), strict: padded, without blanks, no stray bits. */
import { codec } from './bytes.ts';

export function toBase64(bytes: Uint8Array): string {
  return btoa(codec.latin1(bytes, 0, bytes.length));
}

/** Undefined unless strict. */
export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  // atob forgives blanks, missing padding and stray bits; the same text comes back only from the
  // strict form.
  return toBase64(bytes) === text ? bytes : undefined;
}
