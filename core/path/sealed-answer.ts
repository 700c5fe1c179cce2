/**
 * An answer as it is handed to a cache: one line of text under the name of its log, sender and
 * number, sealed together with that name. Nobody without the secret can make one, change one, or
 * put one under another name; and an answer, once given, is the same for ever. So what fits its
 * seal is what was kept.
 */
import type { Register, Random, SenderKey } from '../contract/index.ts';
import type { Placed } from '../chat/sender.ts';
import type { Seal } from '../kernel/seal.ts';
import { UINT_MAX } from '../wire/field.ts';

const FORM = /^1 ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,15}) (\d{1,15}) (\d{1,15})$/;
const SECRET_KEY = 'answers/secret';
const SECRET_BYTES = 32;

/** No name holds a space, so no two senders and numbers share a key. */
export function answerKey(log: string, sender: SenderKey, number: number): string {
  return `${log} ${sender.conversation} ${sender.user} ${sender.device} ${number}`;
}

/** The value for this key. */
export function sealAnswer(key: string, placed: Placed, seal: Seal): string {
  const { id, position, order, acceptedAt } = placed;
  const text = `1 ${id} ${position} ${order} ${acceptedAt}`;
  return `${text} ${seal.of(`${key}\n${text}`)}`;
}

/** Undefined: this is no value that was made for this key. */
export function unsealAnswer(key: string, value: unknown, seal: Seal): Placed | undefined {
  if (typeof value !== 'string') return undefined;
  const end = value.lastIndexOf(' ');
  const text = value.slice(0, Math.max(end, 0));
  const [, id, position, order, acceptedAt] = FORM.exec(text) ?? [];
  if (id === undefined || !seal.fits(`${key}\n${text}`, value.slice(end + 1))) return undefined;
  const placed = {
    id,
    position: Number(position),
    order: Number(order),
    acceptedAt: Number(acceptedAt),
  };
  return placed.position >= 1 && placed.position <= UINT_MAX ? placed : undefined;
}

/** The secret of everybody who shares the store, which keeps it; made by whoever comes first. */
export async function answerSecret(register: Register, random: Random): Promise<string> {
  const known = await register.read(SECRET_KEY);
  if (known !== undefined) return known;
  const bytes = [...random.bytes(SECRET_BYTES)];
  const made = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (await register.compareAndSet(SECRET_KEY, undefined, made)) return made;
  return answerSecret(register, random);
}

/** Calls a cache: a throw becomes a rejection. */
export function called<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
