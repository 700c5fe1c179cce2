import { judgeConsumer } from 'im-kernel/kit';
import plugin from '../../plugins/consumers/webhook/index.ts';
import { Receiver, withStatus } from '../unit/consumers/receiver.ts';

let receiver = new Receiver();

judgeConsumer({
  name: 'webhook',
  prepare: () => {
    receiver = new Receiver();
    return receiver.listen();
  },
  clean: () => receiver.close(),
  make: (host) =>
    plugin.create(
      {
        url: receiver.url,
        secret: 'only for this test',
        secretFile: undefined,
        timeout: 2_000,
        responseMax: 1_024,
        connections: 4,
      },
      host,
    ),
  outside: {
    works: () => void (receiver.answer = withStatus(204)),
    refuses: () => void (receiver.answer = withStatus(500)),
    hangs: () => receiver.hang(),
    happened: () => receiver.taken,
    forget: () => void receiver.taken.splice(0),
  },
});
