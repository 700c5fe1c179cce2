/** The persistence's register, looked up when it is used: it may not exist before the start. */
import type { Persistence, Register } from '../contract/index.ts';

export function lendRegister(persistence: Persistence): Register {
  return {
    read: (key) => persistence.register.read(key),
    compareAndSet: (key, expected, next) => persistence.register.compareAndSet(key, expected, next),
    list: (prefix, after, limit) => persistence.register.list(prefix, after, limit),
  };
}
