/** A store, or a part of one, with some of its answers changed; all else goes to the real one. */

export function inBetween<T extends object>(store: T, changes: Partial<T>): T {
  return new Proxy(store, {
    get(target, key) {
      const changed: unknown = Reflect.get(changes, key);
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
