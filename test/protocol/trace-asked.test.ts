/** The life of a message, asked for over the admin API. */
import assert from 'node:assert/strict';
import { AdminClient } from '../../core/admin/client/admin-client.ts';
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import { askTrace } from '../../core/admin/client/ask-trace.ts';
import { closeAdmins, openAdmin } from './admin-stage.ts';
import { LEASE_MS, Pair } from './pair-stage.ts';
import { closeStages, openStage } from './stage.ts';

const TALK = 'd/ann/bob';
const NOBODY = new AdminClient({ name: 'im-z', socket: '/none/admin.sock' });

describe('the life of a message, asked of its nodes', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('is the node’s own, whatever names it', async () => {
    const stage = await openStage();
    const { owner } = await openAdmin(stage);
    const ann = await stage.join('ann');
    const command = ann.send(TALK, 'x');
    await ann.accepted(command);
    const known = await stage.node.traceOf({ id: command.id });
    const { trace } = await askTrace([owner], { id: command.id });
    assert.deepEqual(trace?.hops, known.hops);
    assert.deepEqual(trace?.entry, known.entry);
    const byPlace = await owner.ask('trace', { message: TALK, position: 1 });
    assert.deepEqual(byPlace.hops, known.hops);
    assert.deepEqual((await owner.ask('trace', { message: `${TALK} 1` })).hops, known.hops);
  });

  it('is refused for what names no message', async () => {
    const { owner } = await openAdmin(await openStage());
    for (const input of [{ message: 'x' }, { message: TALK }, { message: 'd/b/a', position: 1 }]) {
      const error: unknown = await owner.ask('trace', input).catch((why: unknown) => why);
      assert.ok(error instanceof AdminProblem && error.code === 'IM_ADMIN_INPUT', String(error));
    }
  });

  it('goes without the nodes that do not answer, and says which', async () => {
    const stage = await openStage();
    const { owner } = await openAdmin(stage);
    const place = { conversation: TALK, position: 1 };
    const { trace, problems } = await askTrace([NOBODY, owner], place);
    assert.deepEqual([trace?.command, trace?.nodes.length], [undefined, 1]);
    assert.match(problems[0]?.message ?? '', /no answer from im-z/);
    const none = await askTrace([NOBODY], place);
    assert.deepEqual([none.trace, none.problems.length], [undefined, 1]);
  });

  it('has the other node’s part by the place that one of them found by the id', async () => {
    const pair = new Pair();
    await pair.start();
    try {
      const ann = await pair.a.stage.join('ann');
      await pair.pass(11_000);
      const command = ann.send(TALK, 'x');
      await ann.accepted(command);
      pair.a.access.cut = true;
      await pair.pass(LEASE_MS + 2_500);
      const bob = await pair.b.stage.join('bob');
      await bob.next('deliver');
      pair.a.access.heal();
      await pair.pass(2_500);
      const nodes = [await openAdmin(pair.b.stage), await openAdmin(pair.a.stage)];
      const asked = await askTrace(
        nodes.map(({ owner }) => owner),
        { id: command.id },
      );
      assert.deepEqual(asked.problems, []);
      const told = asked.trace?.hops.map(({ node, hop }) => `${node} ${hop}`) ?? [];
      assert.ok(told.includes('im-a kept') && told.includes('im-b delivered'), told.join());
      assert.deepEqual(asked.trace?.key, { id: command.id });
    } finally {
      await closeAdmins();
      await pair.stop();
    }
  });
});
