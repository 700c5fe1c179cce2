/** A store with some of its answers changed; all else goes to the real one. */
import type { Persistence } from 'im-kernel/contract';

export function inBetween(store: Persistence, changes: Partial<Persistence>): Persistence {
  return new Proxy(store, {
    get(target, key) {
      const changed: unknown = Reflect.get(changes, key);
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
