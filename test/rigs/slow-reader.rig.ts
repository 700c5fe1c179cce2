/** A member that reads nothing of a hundred megabytes sent to it, and comes back for them. */
import assert from 'node:assert/strict';
import type { Deliver } from '../../core/wire/frames.ts';
import { Device } from '../scenes/device.ts';
import { ways } from '../scenes/raw-connection.ts';
import { acknowledge, Besieged } from './besieged.ts';

const bodyBytes = 50_000;
const messages = 2_016;
const inFlight = 32;
const residentMaxKb = 500_000;
/** About 30 on a quiet machine; the load and others share its cores. */
const loopDelayMaxMs = 500;

describe('a reader that does not read a hundred megabytes', function () {
  this.timeout(240_000);
  const besieged = new Besieged({ sendTimeout: '2s', ackTimeout: '4s', retransmit: '500ms' });
  before(() => besieged.begin());
  after(() => besieged.clear());
  afterEach(() => besieged.expectFine(residentMaxKb));

  /** max sends them all, a window in flight; resolves when all are accepted. */
  async function sendAll(to: string): Promise<void> {
    const sender = new Device('max', `to-${to}`);
    await besieged.welcomed(sender, 'tcp');
    const body = new Uint8Array(bodyBytes).fill(120);
    const send = async (): Promise<void> => {
      for (let i = 0; i < messages / inFlight; i++) {
        const command = sender.send(to, { type: 'send', body });
        assert.equal((await sender.answerTo(command)).type, 'accepted');
      }
    };
    await Promise.all(Array.from({ length: inFlight }, () => send()));
    sender.live.cut();
    await sender.gone();
  }

  for (const [i, way] of ways.entries())
    it(`is closed, costs others nothing, and gets it all later, over ${way}`, async () => {
      const user = ['eve', 'mal', 'kim'][i] ?? '';
      const before = (await besieged.metrics()).value('im_sessions_dropped_total');
      const reader = new Device(user, 'main');
      const connection = await besieged.welcomed(reader, way);
      connection.pause();
      besieged.loopDelayMs = 0;
      const { waitsMs } = await besieged.chatWhile(() => sendAll(user));
      await besieged.settles(before + 1, 'im_sessions_dropped_total');
      const { loopDelayMs } = besieged;
      const sorted = waitsMs.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      console.log(
        `      ${waitsMs.length} messages meanwhile, median ${median.toFixed(1)} ms, ` +
          `worst ${sorted.at(-1)?.toFixed()} ms, event loop ${loopDelayMs} ms, ` +
          `${(besieged.residentKb / 1024).toFixed()} MiB`,
      );
      assert.ok(loopDelayMs < loopDelayMaxMs, `the loop stood for ${loopDelayMs} ms`);
      connection.cut();
      await reader.gone();
      await readAll(reader);
    });

  async function readAll(reader: Device): Promise<void> {
    await besieged.welcomed(reader, 'tcp');
    let last: Deliver | undefined;
    for (let position = 1; position <= messages; position++) {
      last = await reader.next();
      assert.equal(last.position, position);
      assert.equal(last.body?.length, bodyBytes);
      acknowledge(reader, last);
    }
    await reader.barrier();
    assert.equal(reader.inbox.length, 0);
    reader.live.cut();
    await reader.gone();
  }
});
