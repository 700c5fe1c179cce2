/** The store, or a part of it, with some of its methods replaced. */
export function altered<T extends object>(store: T, changes: Partial<T>): T {
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
