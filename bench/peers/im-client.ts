/** im-kernel, through the lean client. */
import { directConversation } from '../../core/wire/names.ts';
import { LeanClient } from '../lean-client.ts';
import type { Adapter } from '../workload.ts';

const adapter: Adapter = {
  async connect(address, { user, peer, token }, received) {
    const conversation = directConversation(user, peer);
    const waiting = new Map<number, () => void>();
    const client = await LeanClient.connect(address, token, (frame) => {
      if (frame.type === 'accepted') {
        waiting.get(frame.number)?.();
        waiting.delete(frame.number);
      } else if (frame.type === 'deliver') {
        received(Buffer.from(frame.body as Uint8Array).toString('latin1'));
      }
    });
    return {
      send: (text, acked) => waiting.set(client.say(conversation, text), acked),
      close: () => client.close(),
    };
  },
};
export default adapter;
