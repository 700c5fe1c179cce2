/** Bad input on live sockets: the code, the closing, the counter, and everybody else untouched. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Act, Send } from '../../core/wire/frames.ts';
import { Device } from '../scenes/device.ts';
import { RawConnection, ways, type Way } from '../scenes/raw-connection.ts';
import {
  badFirst,
  badLater,
  badMessages,
  refused,
  refusedQuestions,
  type Bad,
} from './bad-input.ts';
import { badJson, badJsonFirst, longJson } from './bad-json.ts';
import { Besieged } from './besieged.ts';

const residentMaxKb = 400_000;

describe('a server under bad input', function () {
  this.timeout(60_000);
  const besieged = new Besieged({ linger: '50ms' });
  /** ERRORs seen, by code. */
  const seen = new Map<string, number>();

  /** The ERROR that this input is answered with, once the connection is closed. */
  async function codeFor({ input }: Bad, way: Way, first: boolean): Promise<string | undefined> {
    let code: string | undefined;
    let greeted = false;
    const addresses = besieged.server.addresses;
    const connection = await RawConnection.open(way, addresses, (frame) => {
      if (frame.type === 'welcome') greeted = true;
      if (frame.type === 'error') code = frame.code;
    });
    if (!first) {
      connection.send({
        type: 'hello',
        version: 1,
        token: besieged.tokenOf('eve'),
        device: 'main',
      });
      await connection.until('WELCOME', () => greeted || undefined);
    }
    connection.sendRaw(input);
    await connection.until('the end', () => connection.closed, true);
    if (code !== undefined) seen.set(code, (seen.get(code) ?? 0) + 1);
    return code;
  }

  before(() => besieged.begin());
  after(() => besieged.clear());
  afterEach(() => besieged.expectFine(residentMaxKb));

  function answers(list: readonly Bad[], way: Way, first: boolean): void {
    for (const bad of list)
      it(`answers ${bad.codes[0]} to ${bad.what}${first ? ' first' : ''}, over ${way}`, async () => {
        const code = await codeFor(bad, way, first);
        assert.ok(bad.codes.includes(code ?? ''), `${code} is not ${bad.codes.join(' or ')}`);
      });
  }
  for (const way of ['tcp', 'websocket'] as const) {
    answers(badFirst, way, true);
    answers(badLater, way, false);
  }
  answers(badMessages, 'websocket', false);
  answers(badJsonFirst, 'websocket json', true);
  answers(longJson, 'websocket json', false);
  answers(badJson, 'websocket json', false);

  it('counted each ERROR by its code', async () => {
    const metrics = await besieged.metrics();
    for (const [code, count] of seen)
      assert.equal(metrics.value('im_session_errors_total', code), count, code);
    assert.ok(seen.size >= 4, 'too few codes were tried');
  });

  for (const way of ways)
    it(`refuses what is well-formed and wrong, and the connection goes on, over ${way}`, async () => {
      const probe = new Device('ann', 'probe');
      await besieged.welcomed(probe, way);
      const tried = refused.filter(({ binaryOnly }) => !binaryOnly || way !== 'websocket json');
      for (const [i, { what, command, code }] of tried.entries()) {
        const whole = { number: 1_000_000 + i, id: crypto.randomUUID(), ...command } as Send | Act;
        probe.live.send(whole);
        const answer = await probe.answerTo(whole);
        assert.equal(answer.type === 'refused' ? answer.code : 'accepted', code, what);
      }
      for (const { what, rest, code } of refusedQuestions)
        assert.equal((await probe.ask(what as 'history', rest)).code, code, JSON.stringify(rest));
      await probe.barrier();
      probe.live.cut();
      await probe.gone();
    });

  it("passes on nothing into others' conversations", async () => {
    const eve = new Device('eve', 'main');
    await besieged.welcomed(eve, 'tcp');
    const upTo = [{ conversation: 'd/ann/bob', position: 1_000_000 }];
    eve.live.send({ type: 'signal', conversation: 'd/ann/bob', kind: 'typing' });
    eve.live.send({ type: 'read', upTo });
    eve.live.send({ type: 'received', upTo });
    await eve.barrier();
    await besieged.ann.barrier();
    await besieged.bob.barrier();
    assert.deepEqual(besieged.bob.signals, []);
    assert.equal(besieged.ann.receipts.get('d/ann/bob eve'), undefined);
    eve.live.cut();
    await eve.gone();
  });

  it('ends a text message in bad UTF-8 as WebSocket wants it, and counts it', async () => {
    const count = async (): Promise<number> =>
      (await besieged.metrics()).value('transport_faults_total', '1007');
    const before = await count();
    const address = besieged.server.addresses.find((one) => one.startsWith('ws:')) ?? '';
    const socket = new WebSocket(address, 'im.json.1');
    await once(socket, 'open');
    socket.send(new Uint8Array([0x7b, 0x22, 0xc3, 0x28]), { binary: false });
    assert.equal((await once(socket, 'close'))[0], 1007);
    assert.equal(await count(), before + 1);
  });
});
