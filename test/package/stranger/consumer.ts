/** Every door of the package, as a TypeScript author sees it; it is only type-checked. */
import { connect, type Acceptance, type Client, type Message } from 'im-kernel/client';
import { definePlugin, whole, type Ordering, type OrderingHost } from 'im-kernel/contract';
import { judgeOrdering } from 'im-kernel/kit';

export const client: Client = connect({ address: 'ws://127.0.0.1:1/im', token: '', device: 'a' });
client.on('message', (message: Message) => message.text?.length);
export const accepted: Promise<Acceptance> = client.send('bob', 'hi').accepted;

const plugin = definePlugin({
  contract: 1,
  role: 'ordering',
  type: 'by-tens',
  summary: 'Orders messages as they were taken, in steps.',
  stability: 'experimental',
  config: { step: whole({ help: 'From one to the next.', fallback: 10, min: 1 }) },
  create: ({ step }: { readonly step: number }, _host: OrderingHost): Ordering => ({
    rule: { strategy: 'by-tens', holdMs: 0, maxHoldMs: 0 },
    start: async () => {},
    stop: async () => {},
    place: (batch, lastOrder) => {
      const last = new Map<string, number>();
      return batch.map(({ conversation }) => {
        const order = (last.get(conversation) ?? lastOrder(conversation)) + step;
        last.set(conversation, order);
        return order;
      });
    },
  }),
});
export default plugin;

judgeOrdering({ name: 'by-tens', make: (host) => plugin.create({ step: 10 }, host) });

// @ts-expect-error: a device is required, and the types say so.
connect({ address: 'tcp://127.0.0.1:1', token: '' });
