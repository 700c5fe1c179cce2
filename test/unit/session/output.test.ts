import assert from 'node:assert/strict';
import { fakeClock } from 'im-kernel/kit';
import { Flusher, Output } from '../../../core/session/output.ts';
import type { Peer } from '../../../core/contract/index.ts';

const MAX_BYTES = 1_000;

/** A gate that is asked; `shutAt`: shut from that question on, counted from 1. */
class Gate {
  shutAt = Infinity;
  asked = 0;
  readonly waiting: (() => void)[] = [];

  get open(): boolean {
    this.asked += 1;
    return this.asked < this.shutAt;
  }
  whenOpen(run: () => void): void {
    this.waiting.push(run);
  }
  shut(): void {
    this.shutAt = this.asked;
  }
  reopen(): void {
    this.shutAt = Infinity;
    for (const run of this.waiting.splice(0)) run();
  }
}

describe('an output whose gate shuts', () => {
  let gate: Gate;
  let planned: (() => void)[];
  let sent: number;
  let overflows: number;
  let output: Output;

  const turn = (): void => {
    for (const run of planned.splice(0)) run();
  };
  const say = (): void => output.write({ type: 'ping', id: 1, sentAt: 1 });

  beforeEach(() => {
    gate = new Gate();
    planned = [];
    sent = 0;
    overflows = 0;
    const peer = { send: () => (sent += 1) > 0 } as unknown as Peer;
    output = new Output(
      peer,
      { encoding: 'tlv', framing: 'stream' },
      {
        flusher: new Flusher((run) => void planned.push(run), { perTurn: 4 }, gate),
        clock: fakeClock(),
        maxBytes: MAX_BYTES,
        blocked: () => undefined,
        overflow: () => (overflows += 1),
      },
    );
  });

  it('in the middle of a turn says the rest once it is open again', () => {
    say();
    gate.shutAt = 2;
    turn();
    assert.deepEqual([gate.asked, sent], [2, 0]);
    turn();
    gate.reopen();
    turn();
    assert.equal(sent, 1);
  });

  it('keeps no more for its peer than may gather', () => {
    gate.shut();
    for (let written = 0; written < MAX_BYTES; written += 1) say();
    assert.ok(overflows > 0);
    assert.equal(sent, 0);
  });
});

describe('an output of messages', () => {
  it('says of all that it hands over but the last that more follow', () => {
    const planned: (() => void)[] = [];
    const said: boolean[] = [];
    const send: Peer['send'] = (_bytes, more = false) => said.push(more) > 0;
    const output = new Output(
      { send } as unknown as Peer,
      { encoding: 'json', framing: 'messages' },
      {
        flusher: new Flusher((run) => void planned.push(run), { perTurn: 4 }, new Gate()),
        clock: fakeClock(),
        maxBytes: MAX_BYTES,
        blocked: () => undefined,
        overflow: () => undefined,
      },
    );
    for (const id of [1, 2, 3]) output.write({ type: 'ping', id, sentAt: 1 });
    for (const run of planned) run();
    assert.deepEqual(said, [true, true, false]);
  });
});
