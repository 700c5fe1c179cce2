/** What operators do is on record, and in the log. */
import assert from 'node:assert/strict';
import { closeAdmins, openAdmin, OPERATOR, READER, type AdminStage } from './admin-stage.ts';
import { closeStages, openStage } from './stage.ts';

/** The lines of the log about acts, with their fields. */
function actsIn({ told, fields }: AdminStage): readonly unknown[] {
  return told.flatMap((message, at) =>
    message.startsWith('an operator') ? [[message, fields[at]]] : [],
  );
}

describe('acts in the log', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('say who did what, with which expected epoch, and what came of it', async () => {
    const admin = await openAdmin(await openStage());
    const operator = admin.withToken(OPERATOR);
    await operator.ask('log level', { level: 'warn' });
    const change = { to: 'im-b', expectEpoch: 7 };
    await assert.rejects(operator.ask('cluster switchover', change));
    await assert.rejects(admin.withToken(READER).ask('log level', { level: 'info' }));
    const refused = 'an operator asked in vain';
    assert.deepEqual(actsIn(admin), [
      [
        'an operator did: log level',
        { who: 'admin-1', verb: 'log level', input: { level: 'warn' }, outcome: 'done' },
      ],
      [
        `${refused}: cluster switchover`,
        {
          who: 'admin-1',
          verb: 'cluster switchover',
          input: change,
          outcome: 'refused',
          why: (await admin.owner.ask('acts', { limit: 3 })).acts[1]?.error,
        },
      ],
      [
        `${refused}: log level`,
        {
          who: 'admin-0',
          verb: 'log level',
          input: { level: 'info' },
          outcome: 'refused',
          why: 'IM_ADMIN_RIGHTS',
        },
      ],
    ]);
  });
});
