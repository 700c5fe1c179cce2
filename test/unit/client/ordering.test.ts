import assert from 'node:assert/strict';
import { actText, messageText } from '../../../cli/chat-text.ts';
import type { ConnectOptions } from '../../../client/options.ts';
import { memoryOutbox } from '../../../client/outbox.ts';
import { aClient, anOnlineClient, type Stage } from './a-client.ts';
import { aDelivery } from './fake-world.ts';

const WINDOW = { strategy: 'timestamp-window', holdMs: 100, maxHoldMs: 400 };
const acceptedAt = 1_795_404_000_001;

function listening({ im }: Stage): string[] {
  const shown: string[] = [];
  im.on('message', ({ text, late }) => void shown.push(`${text}${late ? ' late' : ''}`));
  return shown;
}

function received(stage: Stage): number[] {
  return stage.net.last
    .only('received')
    .flatMap(({ upTo = [] }) => upTo.map((one) => one.position));
}

async function aSortingClient(options: Partial<ConnectOptions> = {}) {
  const stage = await anOnlineClient(options, { ordering: [WINDOW] });
  return { stage, shown: listening(stage) };
}

describe('the client, ordering', () => {
  it('shows by order what comes within the window, and acknowledges by position', async () => {
    const { stage, shown } = await aSortingClient();
    stage.net.last.say(aDelivery(1, { order: 30 }), aDelivery(2, { order: 10 }));
    await stage.time.pass(50);
    stage.net.last.say(aDelivery(3, { order: 20 }), aDelivery(4, { order: 40 }));
    await stage.time.pass(49);
    assert.deepEqual(shown, []);
    await stage.time.pass(1);
    assert.deepEqual(shown, ['message 2', 'message 3', 'message 1']);
    assert.deepEqual(received(stage), [3]);
    await stage.time.pass(50);
    assert.deepEqual(shown.slice(3), ['message 4']);
    assert.deepEqual(received(stage), [3, 4]);
    const { held, released, late } = stage.im.counts;
    assert.deepEqual([held, released, late], [4, 4, 0]);
  });

  it('tells nothing as RECEIVED or READ that is not handled, though later ones are', async () => {
    const { stage } = await aSortingClient();
    const slow = Promise.withResolvers<void>();
    stage.im.on('message', ({ position }) => (position === 1 ? slow.promise : undefined));
    stage.net.last.say(aDelivery(1, { order: 30 }), aDelivery(2, { order: 10 }));
    await stage.time.pass(100);
    stage.im.read('d/ann/bob', 2);
    await stage.time.settle();
    assert.deepEqual([received(stage), stage.net.last.only('read')], [[], []]);
    slow.resolve();
    await stage.time.settle();
    assert.deepEqual(received(stage), [2]);
    assert.equal(stage.net.last.only('read')[0]?.upTo?.[0]?.position, 2);
  });

  it('shows what is late at once, and says so', async () => {
    const { stage, shown } = await aSortingClient();
    stage.net.last.say(aDelivery(1, { order: 30 }));
    await stage.time.pass(100);
    stage.net.last.say(aDelivery(2, { order: 20 }));
    await stage.time.settle();
    assert.deepEqual(shown, ['message 1', 'message 2 late']);
    assert.equal(stage.im.counts.late, 1);
  });

  it('marks what is late in the lines of the chat', async () => {
    const stage = await anOnlineClient();
    const lines: string[] = [];
    stage.im.on('message', (message) => void lines.push(messageText(message, undefined)));
    stage.im.on('act', (act) => void lines.push(actText(act, undefined)));
    stage.net.last.say(aDelivery(1, { order: 30 }), aDelivery(2, { order: 20 }));
    stage.net.last.say(aDelivery(3, { order: 25, kind: 'friend.request' }));
    await stage.time.settle();
    assert.deepEqual(
      lines.map((line) => line.slice('09:15 '.length)),
      ['bob: message 1', '(late) bob: message 2', '(late) * bob asks to be friends'],
    );
  });

  it('follows a new rule at once, each kind of conversation its own', async () => {
    const { stage, shown } = await aSortingClient();
    const tea = { conversation: 'g/tea', body: new TextEncoder().encode('tea 1') };
    stage.net.last.say(aDelivery(1), aDelivery(1, tea));
    await stage.time.pass(50);
    const owner = { strategy: 'conversation-owner', holdMs: 0, maxHoldMs: 300, kind: 'd' };
    stage.net.last.say({ type: 'ordering', ordering: [owner, { ...WINDOW, kind: 'g' }] });
    await stage.time.settle();
    assert.deepEqual(shown, ['message 1']);
    await stage.time.pass(50);
    assert.deepEqual(shown, ['message 1', 'tea 1']);
    const { d, g } = stage.im.timing.holds;
    assert.deepEqual([d.windowMs, g.windowMs], [0, 100]);
  });

  it('shows the conversation as its log has it to who asks for it raw', async () => {
    const { stage, shown } = await aSortingClient({ order: 'raw' });
    stage.net.last.say(aDelivery(1, { order: 30 }), aDelivery(2, { order: 10 }));
    await stage.time.settle();
    assert.deepEqual(shown, ['message 1', 'message 2 late']);
    assert.deepEqual(received(stage), [2]);
  });

  it('learns from what comes out of place, and holds longer', async () => {
    const { stage, shown } = await aSortingClient();
    for (let n = 1; n <= 60; n += 2) {
      const at = acceptedAt + n * 1_000;
      stage.net.last.say(aDelivery(n, { order: n + 1, acceptedAt: at }));
      await stage.time.pass(200);
      stage.net.last.say(aDelivery(n + 1, { order: n, acceptedAt: at + 200 }));
      await stage.time.pass(300);
    }
    const { windowMs, lateShare } = stage.im.timing.holds.d;
    assert.ok(windowMs >= 200 && windowMs < 300, `${windowMs} ms`);
    assert.ok(lateShare > 0.4 && lateShare < 0.6, `${lateShare}`);
    assert.ok(shown.includes('message 2 late'));
    assert.deepEqual(shown.slice(-2), ['message 60', 'message 59']);
  });

  it('shows after a crash what was handled beyond the acknowledged, and nothing below', async () => {
    const outbox = memoryOutbox();
    const { stage } = await aSortingClient({ outbox });
    stage.im.on('message', ({ position }) =>
      position === 2 ? new Promise(() => undefined) : undefined,
    );
    stage.net.last.say(
      aDelivery(1, { order: 10 }),
      aDelivery(2, { order: 30 }),
      aDelivery(3, { order: 20 }),
    );
    await stage.time.pass(100);
    assert.deepEqual(received(stage), [1]);
    await stage.im.close();
    const next = aClient({ outbox });
    const shown = listening(next);
    await next.goOnline({ ordering: [WINDOW] });
    next.net.last.say(
      aDelivery(1, { order: 10, again: 1 }),
      aDelivery(2, { order: 30, again: 1 }),
      aDelivery(3, { order: 20, again: 1 }),
    );
    await next.time.pass(100);
    assert.deepEqual(shown, ['message 3', 'message 2']);
  });

  it('leaves to the server what it has no room for, and passes nothing over', async () => {
    const stage = await anOnlineClient({ limits: { heldPerConversation: 2 } });
    stage.net.last.say(aDelivery(1), aDelivery(2), aDelivery(3));
    await stage.time.settle();
    assert.equal(stage.im.counts.deliveriesLeft, 1);
    const texts = listening(stage);
    await stage.time.settle();
    stage.net.last.say(aDelivery(3, { again: 1 }));
    await stage.time.settle();
    assert.deepEqual(texts, ['message 1', 'message 2', 'message 3']);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { stage } = await aSortingClient();
    stage.net.last.say(aDelivery(1));
    await stage.time.settle();
    await stage.im.close();
    assert.equal(stage.time.timers, 0);
  });
});
