/** A failover policy that tells when it passes a suspect over that it would have followed else. */
import type { AnyPlugin, ClusterView, Failover } from 'im-kernel/contract';
import type { Situations } from './situations.ts';

export function watchedFailover(plugin: AnyPlugin, situations: Situations): AnyPlugin {
  const create: AnyPlugin['create'] = (config, host) => {
    const real = plugin.create(config, host) as Failover;
    const plan = (view: ClusterView): readonly number[] => {
      const planned = real.plan(view);
      if (passesOver(view, planned)) situations.add('suspect passed over');
      return planned;
    };
    return new Proxy(real, {
      get: (target, key) => {
        const value: unknown = key === 'plan' ? plan : Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return { ...plugin, create };
}

/** It takes what is another's, though a suspect would go first. */
function passesOver({ self, nodes, shards }: ClusterView, planned: readonly number[]): boolean {
  const own = nodes.find(({ name }) => name === self);
  const takes = shards.some(({ shard, owner }) => planned.includes(shard) && owner !== self);
  if (!takes || own === undefined) return false;
  return nodes.some(({ state, ready, suspect, priority }) => {
    return suspect && ready && state === 'live' && priority < own.priority;
  });
}
