/** Creates the ordering for all conversations, or one for each kind of them. */
import type { Instance, OrderingInstances } from '../config/settings.ts';
import type { Ordering, OrderingHost } from '../contract/index.ts';
import { Orderings } from '../path/orderings.ts';
import type { OrderingRule } from '../wire/frames.ts';

interface Means {
  readonly create: (instance: Instance, announce: OrderingHost['announce']) => Ordering;
  /** Hears all rules when one of them is new. */
  readonly news: (rules: readonly OrderingRule[]) => void;
}

export interface Created {
  readonly orderings: Orderings;
  /** Each once. */
  readonly parts: readonly { readonly name: string; readonly component: Ordering }[];
}

export function createOrderings(instances: OrderingInstances, { create, news }: Means): Created {
  const make = (instance: Instance): { name: string; component: Ordering } => {
    const component: Ordering = create(instance, (rule) => {
      news(orderings.rules({ by: component, rule }));
    });
    return { name: instance.name, component };
  };
  const direct = make(instances.direct);
  const group = instances.direct === instances.group ? direct : make(instances.group);
  const orderings = new Orderings(direct.component, group.component);
  return { orderings, parts: direct === group ? [direct] : [direct, group] };
}
