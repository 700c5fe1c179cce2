/** W5: twenty thousand messages to somebody who is not there; then login, and all of them. */
import { directConversation } from '../../core/wire/names.ts';
import { LeanClient } from '../lean-client.ts';
import { round, type Work } from './work.ts';

const messages = 20_000;
const messagesQuick = 5_000;
const window = 32;
const bodyBytes = 200;
const drainMs = 60_000;

const work: Work = {
  users: () => 2,
  async run({ address, users, quick, measured }) {
    const [sender, reader] = users;
    if (!sender || !reader) throw new Error('two users are needed');
    const count = quick ? messagesQuick : messages;
    const conversation = directConversation(sender.user, reader.user);
    // A device begins where its user is: it must have been here once.
    (await LeanClient.connect(address, reader.token, () => {})).close();
    const storedMs = await store({ address, token: sender.token, conversation, count });
    const got = { received: 0, repeated: 0, disordered: 0 };
    let drainedMs = 0;
    await measured(async () => {
      drainedMs = await drain({ address, token: reader.token, count, got });
    });
    return {
      figures: {
        sent: count,
        'stored/s': round((count / storedMs) * 1000),
        'drained/s': round((got.received / drainedMs) * 1000),
        'login to last ms': round(drainedMs),
        lost: count - got.received + got.repeated,
        repeated: got.repeated,
        disordered: got.disordered,
      },
      units: count,
    };
  },
};
export default work;

interface Storing {
  readonly address: string;
  readonly token: string;
  readonly conversation: string;
  readonly count: number;
}

/** Resolves to how long it took until the last one was accepted, in ms. */
async function store({ address, token, conversation, count }: Storing): Promise<number> {
  let sent = 0;
  let acked = 0;
  const all = Promise.withResolvers<void>();
  const one = (): void => {
    if (sent === count) return;
    sent += 1;
    client.say(conversation, String(sent).padEnd(bodyBytes));
  };
  const client = await LeanClient.connect(address, token, (frame) => {
    if (frame.type !== 'accepted') return;
    acked += 1;
    if (acked === count) all.resolve();
    one();
  });
  const begun = performance.now();
  for (let slot = 0; slot < window; slot += 1) one();
  await all.promise;
  client.close();
  return performance.now() - begun;
}

interface Draining {
  readonly address: string;
  readonly token: string;
  readonly count: number;
  readonly got: { received: number; repeated: number; disordered: number };
}

/** Resolves to the time from connecting to the last message, in ms. */
async function drain({ address, token, count, got }: Draining): Promise<number> {
  const all = Promise.withResolvers<void>();
  const limit = setTimeout(() => all.resolve(), drainMs);
  const begun = performance.now();
  let last = 0;
  const client = await LeanClient.connect(address, token, (frame) => {
    if (frame.type !== 'deliver') return;
    got.received += 1;
    if (frame.position === last) got.repeated += 1;
    else if (frame.position !== last + 1) got.disordered += 1;
    last = frame.position;
    if (last === count) all.resolve();
  });
  await all.promise;
  clearTimeout(limit);
  client.close();
  return performance.now() - begun;
}
