/**
 * Guards and webhooks that fail in a real server: nobody else waits, nothing is lost, and health
 * and counters say what, why and what to do.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from 'im-kernel/kit';
import type { Accepted } from '../../core/wire/frames.ts';
import { Device, type Command } from '../scenes/device.ts';
import { Receiver, withStatus } from '../unit/consumers/receiver.ts';
import { Besieged } from './besieged.ts';

const contract = join(import.meta.dirname, '..', '..', 'core', 'contract', 'index.ts');
const residentMaxKb = 400_000;
/** A guard's time limit, once per batch, and a commit. */
const waitMaxMs = 2_000;
const settleMs = 20_000;
const picture = { type: 'send', mediaType: 'image/png', body: new Uint8Array(9) } as const;

/** Fails with pictures, as long as its file says so. */
function guard(how: string, file: string): string {
  return `
import { readFileSync } from 'node:fs';
import { definePlugin } from '${contract}';
export default definePlugin({
  contract: 1, role: 'guard', type: 'moody', summary: 'It fails.',
  stability: 'experimental', config: {},
  create: () => ({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    look: (message) => {
      const fails = readFileSync('${file}', 'utf8') === 'fails';
      if (fails && message.mediaType === 'image/png') { ${how} }
      return { is: 'allow' };
    },
  }),
});
`;
}

const failures = {
  hangs: { how: 'return new Promise(() => {});', label: 'timed-out', why: /no verdict within/ },
  throws: { how: "throw new Error('no coffee');", label: 'threw', why: /no coffee/ },
};

describe('a server with a guard that fails', function () {
  this.timeout(60_000);
  for (const [what, { how, label, why }] of Object.entries(failures)) {
    describe(`and ${what}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'im-moody-'));
      const mood = join(folder, 'mood');
      const plugin = join(folder, 'moody.ts');
      writeFileSync(plugin, guard(how, mood));
      writeFileSync(mood, 'fails');
      let besieged: Besieged;
      afterEach(async () => {
        await besieged.expectFine(residentMaxKb);
        await besieged.clear();
        writeFileSync(mood, 'fails');
      });
      after(() => rmSync(folder, { recursive: true, force: true }));

      async function begin(onFailure: 'refuse' | 'allow'): Promise<Device> {
        besieged = new Besieged(
          { guardFailures: 2, guardSuspension: '300ms' },
          { guards: { moody: { use: plugin, timeLimit: '50ms', onFailure } } },
        );
        await besieged.begin();
        const eve = new Device('eve', 'main');
        await besieged.welcomed(eve, 'tcp');
        return eve;
      }

      async function expectShown(): Promise<void> {
        const metrics = await besieged.metrics();
        assert.ok(metrics.value('guard_failures_total', label) >= 2);
        assert.ok(metrics.value('guard_failures_total', 'left-out') >= 1);
        const { state, parts } = metrics.health;
        assert.equal(state, 'degraded');
        const part = parts['moody'];
        assert.ok(typeof part === 'object', JSON.stringify(parts));
        assert.match(part.why, why);
        assert.equal(part.code, 'IM_GUARD_FAILING');
        assert.match(part.act, /guards\.moody\.onFailure/);
        assert.equal(parts['persistence'], 'running');
      }

      it('refuses for now, loses nothing, says why, and accepts the same when it works', async () => {
        const eve = await begin('refuse');
        const commands = [1, 2, 3].map(() => eve.send('kim', picture));
        for (const command of commands) {
          const answer = await eve.answerTo(command);
          assert.equal(answer.type === 'refused' ? answer.code : answer.type, 'not-ready');
        }
        for (let more = 0; more < 4; more++) await eve.repeat(commands[0]!);
        await expectShown();
        writeFileSync(mood, 'fine');
        const answers: string[] = [];
        for (const command of commands) {
          const accepted = await repeatUntilAccepted(eve, command);
          answers.push(`${accepted.position} ${accepted.id}`);
        }
        const expected = commands.map(({ id }, at) => `${at + 1} ${id}`);
        assert.deepEqual(answers, expected);
        assert.equal((await besieged.metrics()).health.state, 'running');
        await leave(eve);
      });

      it('lets messages through if it is told to, holds up nobody for long, and says why', async () => {
        const eve = await begin('allow');
        const { waitsMs } = await besieged.chatWhile(async () => {
          for (let sent = 0; sent < 10; sent++)
            assert.equal((await eve.answerTo(eve.send('kim', picture))).type, 'accepted');
        });
        assert.ok(Math.max(...waitsMs) < waitMaxMs, `somebody waited ${Math.max(...waitsMs)} ms`);
        for (let sent = 0; sent < 3; sent++) await eve.answerTo(eve.send('kim', picture));
        await expectShown();
        await leave(eve);
      });
    });
  }
});

async function leave(device: Device): Promise<void> {
  device.live.cut();
  await device.gone();
}

async function repeatUntilAccepted(device: Device, command: Command): Promise<Accepted> {
  for (;;) {
    const answer = await device.repeat(command);
    if (answer.type === 'accepted') return answer;
    assert.equal(answer.code, 'not-ready');
  }
}

describe('a server whose webhook answers 500', function () {
  this.timeout(60_000);
  const receiver = new Receiver();
  let besieged: Besieged;
  before(async () => {
    await receiver.listen();
    receiver.answer = withStatus(500);
    const hook = { use: 'webhook', url: receiver.url, secret: 'sixteen characters', from: 'start' };
    const retries = { retryFrom: '20ms', retryMax: '40ms', tries: 10_000 };
    besieged = new Besieged({}, { consumers: { hook: { ...hook, ...retries } } });
    await besieged.begin();
  });
  after(async () => {
    await besieged.clear();
    await receiver.close();
  });
  afterEach(() => besieged.expectFine(residentMaxKb));

  it('chats on, says what is wrong, and hands over everything in order in the end', async () => {
    const many = 300;
    for (let sent = 0; sent < many; sent++) await besieged.exchange();
    await until(() => receiver.received.length > 20, 'it was tried again and again', settleMs);
    const metrics = await besieged.metrics();
    const part = metrics.health.parts['hook'];
    assert.ok(typeof part === 'object', JSON.stringify(metrics.health));
    assert.match(part.why, /^d\/ann\/bob 1 failed \d+ times: .*500/);
    assert.equal(part.code, 'IM_CONSUMER_FAILING');
    assert.match(part.act, /consumers\.hook\.tries/);
    assert.ok(metrics.value('consumer_failures_total') >= 2);
    assert.equal(metrics.value('consumer_dead_letters_total'), 0);
    assert.ok(metrics.value('consumer_lag_ms') > 0);
    assert.deepEqual(receiver.taken, []);

    receiver.answer = withStatus(204);
    await until(() => receiver.taken.length >= many, 'everything has come', settleMs);
    assert.deepEqual(
      receiver.taken.slice(0, many),
      Array.from({ length: many }, (_, at) => `d/ann/bob ${at + 1}`),
    );
    await besieged.settles(0, 'consumer_shards_behind');
    assert.equal((await besieged.metrics()).health.state, 'running');
  });
});
