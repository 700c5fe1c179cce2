/** What a running node takes up of other settings, while its connections stay. */
import assert from 'node:assert/strict';
import type { GuardVerdict } from 'im-kernel/contract';
import { ReloadRefused } from '../../core/assembly/reload/reload-refused.ts';
import type { GuardInstance, Settings } from '../../core/config/settings.ts';
import { createLog } from '../../core/kernel/log.ts';
import { aConsumer, aGuard, healthOf, instance, measured, Notebook } from './effects-stage.ts';
import { closeStages, openStage, type Stage } from './stage.ts';

const TALK = 'd/ann/bob';
const ALLOW: GuardVerdict = { is: 'allow' };
const refuse = (detail: string) => (): GuardVerdict => ({ is: 'refuse', detail });
const allow = (): GuardVerdict => ALLOW;

function changed(stage: Stage, change: Partial<Settings>): Settings {
  return { ...stage.node.reload.settings, ...change };
}

function withLimits(stage: Stage, limits: Partial<Settings['limits']>): Settings {
  return changed(stage, { limits: { ...stage.node.reload.settings.limits, ...limits } });
}

/** A guard whose start and stop are noted, and may fail. */
function guardThat(made: object, name = 'words'): GuardInstance {
  const { plugin } = instance('guard', name, { look: allow, ...made });
  return { ...aGuard(name, allow), plugin };
}

async function refusal(stage: Stage, next: Settings): Promise<ReloadRefused> {
  const caught: unknown = await stage.node.reload.run(next).catch((error: unknown) => error);
  assert.ok(caught instanceof ReloadRefused);
  return caught;
}

describe('a reload', () => {
  afterEach(closeStages);

  it('changes limits at once, and what a connection was told for new ones only', async () => {
    const stage = await openStage();
    const [ann] = [await stage.join('ann'), await stage.join('bob')];
    assert.equal(await ann.fate(ann.send(TALK, 'long enough')), 'accepted');
    const next = withLimits(stage, { bodyMax: 4, heartbeat: 1_000, lanes: 2 });
    const { applied, changes } = await stage.node.reload.run(next);
    assert.equal(applied, true);
    assert.deepEqual(
      changes.map(({ path, taking }) => [path, taking]),
      [
        ['limits.bodyMax', 'now'],
        ['limits.heartbeat', 'arrivals'],
        ['limits.lanes', 'restart'],
      ],
    );
    assert.equal(await ann.fate(ann.send(TALK, 'long enough')), 'too-large');
    assert.equal(await ann.fate(ann.send(TALK, 'ok')), 'accepted');
    // Both were told of 20 s, and are silent for less than that allows.
    await stage.pass(15_000);
    assert.equal(measured(stage, '', 'im_sessions'), 2);
    const carl = stage.connect();
    carl.hello('carl', 'd1');
    assert.equal((await carl.next('welcome')).heartbeatMs, 1_000);
    assert.equal(stage.node.reload.settings.limits.lanes, 1);
  });

  it('exchanges a guard between two batches, with its answers to those before', async () => {
    const look = Promise.withResolvers<GuardVerdict>();
    const stops: string[] = [];
    const stop = (name: string) => ({ stop: () => Promise.resolve(void stops.push(name)) });
    const old = guardThat({ look: () => look.promise, ...stop('old') });
    const stage = await openStage({ guards: [old] });
    const ann = await stage.join('ann');
    const first = ann.send(TALK, 'one');
    await stage.rest();
    const young = guardThat({ look: refuse('not now'), ...stop('young') });
    const reloading = stage.node.reload.run(changed(stage, { guards: [young] }));
    await stage.rest();
    assert.deepEqual(stops, []);
    look.resolve(ALLOW);
    assert.equal(await ann.fate(first), 'accepted');
    const { parts } = await reloading;
    assert.deepEqual(parts, [{ part: 'words', became: 'new' }]);
    assert.deepEqual(stops, ['old']);
    assert.equal(await ann.fate(ann.send(TALK, 'two')), 'forbidden');
    assert.equal(healthOf(stage, 'words'), 'running');
  });

  it('lets guards come and go', async () => {
    const stage = await openStage();
    const ann = await stage.join('ann');
    await stage.node.reload.run(changed(stage, { guards: [aGuard('strict', refuse('no'))] }));
    assert.equal(await ann.fate(ann.send(TALK, 'one')), 'forbidden');
    assert.equal(healthOf(stage, 'strict'), 'running');
    const { parts } = await stage.node.reload.run(changed(stage, { guards: [] }));
    assert.deepEqual(parts, [{ part: 'strict', became: 'gone' }]);
    assert.equal(await ann.fate(ann.send(TALK, 'two')), 'accepted');
    assert.equal(healthOf(stage, 'strict'), 'undefined');
  });

  it('changes nothing when one part of it fails, and says which', async () => {
    const stops: string[] = [];
    const stage = await openStage({ guards: [aGuard('words', allow)] });
    const ann = await stage.join('ann');
    const well = guardThat({
      look: refuse('no'),
      stop: () => Promise.resolve(void stops.push('well')),
    });
    const ill = guardThat({ start: () => Promise.reject(new Error('no file')) }, 'ill');
    const next = { ...withLimits(stage, { bodyMax: 1 }), guards: [well, ill] };
    const { hash } = stage.node.reload;
    const { message, parts, changes } = await refusal(stage, next);
    assert.match(message, /ill: .*no file/);
    assert.deepEqual(
      parts.map(({ part, became }) => [part, became]),
      [
        ['words', 'new'],
        ['ill', 'failed'],
      ],
    );
    assert.equal(changes.length, 3);
    assert.deepEqual(stops, ['well']);
    assert.equal(await ann.fate(ann.send(TALK, 'still as it was')), 'accepted');
    assert.equal(stage.node.reload.hash, hash);
    assert.equal(measured(stage, '', 'im_reloads_total', 'refused'), 1);
  });

  it('takes no part that starts and says that it is not well', async () => {
    const stage = await openStage();
    const { plugin } = instance('guard', 'g', {});
    const sick = {
      ...aGuard('g', allow),
      plugin: {
        ...plugin,
        create: (_config: object, host: { report: (health: object) => void }) => ({
          look: allow,
          start: () => Promise.resolve(host.report({ state: 'degraded', why: 'no keys yet' })),
          stop: () => Promise.resolve(),
        }),
      },
    } as unknown as GuardInstance;
    const { message } = await refusal(stage, changed(stage, { guards: [sick] }));
    assert.match(message, /g: no keys yet/);
    assert.equal(healthOf(stage, 'g'), 'undefined');
  });

  it('exchanges a consumer between two entries, and goes on where it was', async () => {
    const [old, young] = [new Notebook(), new Notebook()];
    const stage = await openStage({ consumers: [aConsumer('hook', old.consume)] });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'one'));
    await stage.rest();
    const blocked = Promise.withResolvers<void>();
    old.trouble = () => blocked.promise;
    await ann.accepted(ann.send(TALK, 'two'));
    await stage.rest();
    const next = changed(stage, { consumers: [aConsumer('hook', young.consume)] });
    const reloading = stage.node.reload.run(next);
    await stage.rest();
    blocked.resolve();
    const { parts } = await reloading;
    assert.deepEqual(parts, [{ part: 'hook', became: 'new' }]);
    await ann.accepted(ann.send(TALK, 'three'));
    await stage.rest();
    assert.deepEqual(old.taken, [`${TALK} 1`, `${TALK} 2`]);
    assert.deepEqual(young.taken, [`${TALK} 3`]);
  });

  it('tries what rests with the new consumer at once, and is well again', async () => {
    const [old, young] = [new Notebook(), new Notebook()];
    old.trouble = () => Promise.reject(new Error('wrong address'));
    const stage = await openStage({ consumers: [aConsumer('hook', old.consume)] });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'one'));
    await stage.pass(2_000);
    assert.match(healthOf(stage, 'hook'), /degraded.*wrong address/);
    const resting = old.calls.length;
    await stage.node.reload.run(changed(stage, { consumers: [aConsumer('hook', young.consume)] }));
    await stage.rest();
    assert.deepEqual(young.taken, [`${TALK} 1`]);
    assert.equal(healthOf(stage, 'hook'), 'running');
    await stage.pass(120_000, 10_000);
    assert.equal(old.calls.length, resting);
  });

  it('lets consumers come, from now on, and go', async () => {
    const [here, came] = [new Notebook(), new Notebook()];
    const hook = aConsumer('hook', here.consume);
    const stage = await openStage({ consumers: [hook] });
    const ann = await stage.join('ann');
    await ann.accepted(ann.send(TALK, 'one'));
    await stage.rest();
    const both = [hook, aConsumer('late', came.consume)];
    await stage.node.reload.run(changed(stage, { consumers: both }));
    await ann.accepted(ann.send(TALK, 'two'));
    await stage.rest();
    assert.deepEqual(came.taken, [`${TALK} 2`]);
    await stage.node.reload.run(changed(stage, { consumers: both.slice(1) }));
    await ann.accepted(ann.send(TALK, 'three'));
    await stage.rest();
    assert.deepEqual(here.taken, [`${TALK} 1`, `${TALK} 2`]);
    assert.deepEqual(came.taken, [`${TALK} 2`, `${TALK} 3`]);
  });

  it('asks another authentication from now on, and ends with the old one', async () => {
    const stage = await openStage();
    const asked = Promise.withResolvers<{ user: string }>();
    const stops: string[] = [];
    const slow = instance('authentication', 'authentication', {
      authenticate: () => asked.promise,
      stop: () => Promise.resolve(void stops.push('slow')),
    });
    const none = instance('authentication', 'authentication', {
      authenticate: () => Promise.resolve({ refused: 'nobody' }),
    });
    const ann = await stage.join('ann');
    await stage.node.reload.run(changed(stage, { authentication: slow }));
    const bob = stage.connect();
    bob.hello('bob', 'd1');
    await stage.rest();
    const reloading = stage.node.reload.run(changed(stage, { authentication: none }));
    await stage.rest();
    assert.deepEqual(stops, []);
    asked.resolve({ user: 'bob' });
    await bob.next('welcome');
    await reloading;
    assert.deepEqual(stops, ['slow']);
    const carl = stage.connect();
    carl.hello('carl', 'd1');
    assert.equal((await carl.next('error')).code, 'unauthenticated');
    assert.equal(await ann.fate(ann.send(TALK, 'still here')), 'accepted');
  });

  it('only tries in a dry run: what is new starts and stops again', async () => {
    const steps: string[] = [];
    const stage = await openStage();
    const ann = await stage.join('ann');
    const note = (step: string) => () => Promise.resolve(void steps.push(step));
    const guard = guardThat({ look: refuse('no'), start: note('start'), stop: note('stop') });
    const next = { ...withLimits(stage, { bodyMax: 1 }), guards: [guard] };
    const { hash } = stage.node.reload;
    const tried = await stage.node.reload.run(next, { dryRun: true });
    assert.deepEqual([tried.applied, tried.hash], [false, hash]);
    assert.deepEqual(
      tried.changes.map(({ path }) => path),
      ['limits.bodyMax', 'guards.words'],
    );
    assert.deepEqual(steps, ['start', 'stop']);
    assert.equal(await ann.fate(ann.send(TALK, 'as before')), 'accepted');
  });

  it('is for whoever knows what runs: two operators do not undo each other', async () => {
    const stage = await openStage();
    const { hash: expect } = stage.node.reload;
    const first = await stage.node.reload.run(withLimits(stage, { bodyMax: 9 }), { expect });
    assert.notEqual(first.hash, expect);
    const second = stage.node.reload.run(withLimits(stage, { bodyMax: 7 }), { expect });
    await assert.rejects(second, { code: 'IM_RELOAD_STALE' });
    assert.equal(stage.node.reload.settings.limits.bodyMax, 9);
  });

  it('is one at a time, and none of a node that starts or stops', async () => {
    const start = Promise.withResolvers<void>();
    const stage = await openStage();
    const slow = guardThat({ start: () => start.promise });
    const first = stage.node.reload.run(changed(stage, { guards: [slow] }));
    await assert.rejects(stage.node.reload.run(stage.settings), { code: 'IM_RELOAD_BUSY' });
    const stopping = stage.stop();
    start.resolve();
    await assert.rejects(first, { code: 'IM_RELOAD_BUSY' });
    await stopping;
    await assert.rejects(stage.node.reload.run(stage.settings), /the node stops/);
  });

  it('refuses what is live if it does not fit what needs a restart', async () => {
    const stage = await openStage();
    const next = withLimits(stage, { maxFrame: 1_048_576, bodyMax: 500_000 });
    const { message } = await refusal(stage, next);
    assert.match(message, /limits\.bodyMax .* must not exceed limits\.maxFrame/);
    assert.equal(stage.node.reload.settings.limits.bodyMax, 60_000);
  });

  it('changes the level of the log', async () => {
    const stage = await openStage();
    await stage.node.reload.run(changed(stage, { log: { level: 'error' } }));
    const before = stage.lines.length;
    await stage.node.reload.run(withLimits(stage, { bodyMax: 5 }));
    assert.equal(stage.lines.length, before);
    await stage.node.reload.run(changed(stage, { log: { level: 'info' } }));
    assert.ok(stage.lines.some(({ message }) => message === 'reloaded'));
  });

  it('leaves the level that an operator chose, until the file names another', async () => {
    const log = createLog({ level: 'info', stream: { write: () => undefined } });
    const stage = await openStage({ log });
    log.level = 'debug';
    await stage.node.reload.run(withLimits(stage, { bodyMax: 5 }));
    assert.equal(log.level, 'debug');
    await stage.node.reload.run(changed(stage, { log: { level: 'warn' } }));
    assert.equal(log.level, 'warn');
  });
});
