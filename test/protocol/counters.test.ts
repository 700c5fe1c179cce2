import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { adminCounters } from '../../core/admin/http/admin-counters.ts';
import { addStandingGauges } from '../../core/admin/standing-gauges.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';

/** A counter's sum under a label, as an operator reads it. */
function counted(stage: Stage, name: string, label?: string): number {
  const found = stage.node.metrics.snapshot().find((one) => one.name === name);
  if (found?.kind !== 'counter') return 0;
  return label === undefined ? found.value : (found.labels[label] ?? 0);
}

describe('what a node counts', () => {
  afterEach(closeStages);

  it('is every answer to a command, by its kind and code', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    const sent = ann.send(TALK, 'hi');
    ann.say(sent);
    await ann.accepted(sent);
    await ann.accepted(sent);
    await ann.fate(ann.act(TALK, 'friend.accept'));
    await ann.fate(ann.send('no name', 'x'));
    await ann.fate(ann.send('g/none', 'x', { number: 0 }));
    assert.equal(counted(stage, 'im_commands_accepted_total'), 1);
    assert.equal(counted(stage, 'im_commands_repeated_total'), 1);
    assert.equal(counted(stage, 'im_entries_kept_total'), 1);
    for (const code of ['not-found', 'invalid', 'stale']) {
      assert.equal(counted(stage, 'im_commands_refused_total', code), 1, code);
    }
  });

  it('is every connection that ends by an ERROR or is dropped, by code and reason', async () => {
    const stage = await openStage();
    const bad = stage.connect();
    bad.hello('bad');
    await bad.lastWord();
    const odd = await stage.join('odd');
    odd.wire.say(Uint8Array.of(0x7f, 0, 0, 0, 0));
    await odd.lastWord();
    const older = await stage.join('ann');
    const ann = await stage.join('ann');
    await older.lastWord();
    const cut = await stage.join('cut');
    cut.wire.say(Uint8Array.of(0x10, 0));
    cut.wire.vanish();
    ann.answersPings = false;
    await stage.pass(60_000);
    assert.equal(ann.wire.closed, true);
    for (const code of ['unauthenticated', 'malformed', 'session-replaced']) {
      assert.equal(counted(stage, 'im_session_errors_total', code), 1, code);
    }
    assert.equal(counted(stage, 'im_sessions_dropped_total', 'silent'), 1);
    assert.equal(counted(stage, 'im_sessions_opened_total'), 5);
    assert.equal(counted(stage, 'im_tokens_refused_total'), 1);
    assert.equal(counted(stage, 'im_frames_cut_total'), 1);
  });

  it('is every PING and DELIVER that a silent reader needed, and how it ended', async () => {
    const limits = { retransmit: 1_000, ackTimeout: 10_000, heartbeat: 60_000 };
    const stage = await openStage({ limits });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.send(TALK, 'hi'));
    await bob.next('deliver');
    await stage.pass(1_500);
    const [copy] = await bob.some('deliver', 1);
    assert.equal(copy?.again, 1);
    assert.equal(counted(stage, 'im_pings_sent_total', 'unacknowledged'), 1);
    assert.equal(counted(stage, 'im_deliveries_again_total', 'unacknowledged'), 1);
    await stage.pass(10_000);
    assert.equal(bob.wire.destroyed, true);
    assert.equal(counted(stage, 'im_sessions_dropped_total', 'unacknowledged'), 1);
    const mute = await stage.join('bob');
    mute.answersPings = false;
    await mute.next('deliver');
    assert.equal(counted(stage, 'im_deliveries_again_total', 'earlier session'), 1);
    await stage.pass(4_000);
    assert.equal(mute.wire.destroyed, true);
    assert.equal(counted(stage, 'im_sessions_dropped_total', 'unanswered'), 1);
    await stage.pass(60_000);
    assert.ok(counted(stage, 'im_pings_sent_total', 'quiet') >= 1);
    const { again, all } = {
      again: counted(stage, 'im_deliveries_again_total'),
      all: counted(stage, 'im_deliveries_total'),
    };
    assert.equal(all - again, 1, 'one delivery is no repetition');
  });

  it('is every command that came once more, and every receipt', async () => {
    const stage = await openStage();
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    const sent = ann.send(TALK, 'hi');
    await ann.accepted(sent);
    assert.equal(counted(stage, 'im_commands_retried_total'), 0);
    ann.say({ ...sent, attempt: 2 });
    assert.equal((await ann.accepted(sent)).attempt, 2);
    assert.equal(counted(stage, 'im_commands_retried_total'), 1);
    bob.received(TALK, 1);
    await stage.keepProgress();
    await ann.next('receipt');
    assert.equal(counted(stage, 'im_receipts_sent_total'), 1);
  });

  it('stands in the page for operators, all of it', async () => {
    const gateway = { listen: { host: '127.0.0.1', port: 0 } };
    const cluster = {
      name: 'demo',
      shards: undefined,
      link: undefined,
      secretFile: '/none',
      beat: 1_000,
      lease: 5_000,
      addresses: undefined,
    };
    const stage = await openStage({ keepBodies: 60_000, gateway, cluster });
    const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
    const [table = ''] = page.slice(page.indexOf('| Metric ')).split('\n## ');
    const said = [...table.matchAll(/`(im_\w+)`/g)].map(([, name]) => name ?? '');
    addStandingGauges(stage.node);
    adminCounters(stage.node.metrics);
    const ours = stage.node.metrics.snapshot().map(({ name }) => name);
    const system = ['im_resident_bytes', 'im_loop_delay_max_ms'];
    const counts = ours.filter((name) => name.startsWith('im_'));
    assert.deepEqual(said.toSorted(), [...new Set([...counts, ...system])].toSorted());
  });

  it('is every question that is refused, by code', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await ann.ask('history', { conversation: 'g/none' });
    await ann.ask('members', { conversation: 'no name' });
    await ann.ask('friends');
    assert.equal(counted(stage, 'im_questions_refused_total', 'not-found'), 1);
    assert.equal(counted(stage, 'im_questions_refused_total', 'invalid'), 1);
    assert.equal(counted(stage, 'im_questions_refused_total'), 2);
  });

  it('is every signal that is not passed on, by reason', async () => {
    const stage = await openStage({ limits: { signalMax: 4 } });
    const [ann, eve] = [await stage.join('ann'), await stage.join('eve')];
    await ann.accepted(ann.send(TALK, 'hi'));
    ann.say({ type: 'signal', conversation: TALK, kind: 'x', body: new Uint8Array(5) });
    eve.say({ type: 'signal', conversation: TALK, kind: 'x' });
    await eve.heardOut();
    await stage.rest();
    assert.equal(counted(stage, 'im_signals_dropped_total', 'ill-formed'), 1);
    assert.equal(counted(stage, 'im_signals_dropped_total', 'no member'), 1);
  });

  it('is every signal above what one user may send, which reaches nobody', async () => {
    const stage = await openStage({ limits: { signalsPerSecond: 5 } });
    const [ann, bob] = [await stage.join('ann'), await stage.join('bob')];
    await ann.accepted(ann.send(TALK, 'hi'));
    const signal = { type: 'signal', conversation: TALK, kind: 'typing' } as const;
    ann.say(...Array.from({ length: 8 }, () => signal));
    await ann.heardOut();
    await bob.heardOut();
    assert.equal(bob.take('signal').length, 5);
    assert.equal(counted(stage, 'im_signals_dropped_total', 'too many'), 3);
    stage.clock.advance(1_000);
    ann.say(signal);
    await bob.next('signal');
  });
});
