/**
 * Receipts, where the sender's process, the server or the receiver's process is killed: three real
 * processes and more, each with what it keeps in a file.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localToken } from '../../cli/local-token.ts';
import { ServerProcess } from '../scenes/server-process.ts';
import { Party, type PartyPlan } from './party.ts';

const TALK = 'd/ann/bob';
const TEA = 'g/tea';
/** The server keeps nothing of marks before it is killed. */
const LATE = { progressEvery: '60s' };
const SOON = { progressEvery: '50ms' };

/** A server that comes back at the same address, and the parties. */
class Play {
  readonly folder = mkdtempSync(join(tmpdir(), 'im-receipts-'));
  readonly #scheme: string;
  readonly #parties: Party[] = [];
  server: ServerProcess;

  constructor(scheme: 'tcp' | 'ws', limits: Readonly<Record<string, unknown>>) {
    this.#scheme = scheme;
    this.server = this.#make(limits, '127.0.0.1:0', '127.0.0.1:0');
  }

  #make(limits: object, tcp: string, web: string): ServerProcess {
    return new ServerProcess(this.folder, './data/auth.key', {
      transports: {
        tcp: { use: 'tcp-tlv', listen: tcp },
        web: { use: 'websocket', listen: web, path: '/im' },
      },
      limits: { ...limits },
    });
  }

  get #address(): string {
    return this.server.addresses.find((one) => one.startsWith(`${this.#scheme}:`)) ?? '';
  }

  /** SIGKILL, and the next process at the same addresses with these limits. */
  async crash(limits: object, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const [tcp, web] = ['tcp:', 'ws:'].map((scheme) => {
      const address = this.server.addresses.find((one) => one.startsWith(scheme)) ?? '';
      return new URL(address).host;
    });
    await this.server.kill();
    await meanwhile();
    this.server = this.#make(limits, tcp ?? '', web ?? '');
    await this.server.start();
  }

  async party(user: string, does: PartyPlan['does']): Promise<Party> {
    const token = await localToken(this.server.configFile, user);
    const outbox = join(this.folder, `${user}.outbox`);
    const party = new Party({ address: this.#address, token, user, outbox, does });
    this.#parties.push(party);
    party.begin();
    await party.hears('online');
    return party;
  }

  async clear(): Promise<void> {
    for (const party of this.#parties) await party.kill();
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

for (const scheme of ['tcp', 'ws'] as const) {
  describe(`receipts over ${scheme}, whoever is killed`, function () {
    this.timeout(120_000);
    let play: Play | undefined;
    afterEach(() => play?.clear());

    async function begun(limits: object): Promise<Play> {
      play = new Play(scheme, { ...limits });
      await play.server.start();
      return play;
    }

    it('come after the server was killed before it kept any mark', async () => {
      const stage = await begun(LATE);
      const [ann, bob] = [await stage.party('ann', 'reads'), await stage.party('bob', 'reads')];
      ann.order({ do: 'send', to: 'bob', text: 'one' });
      await bob.hears('shown', 'one');
      let marks = await ann.members(TALK);
      while (marks.get('bob')?.read !== 1) marks = await ann.members(TALK);
      assert.ok(
        !ann.told.some(({ what }) => what === 'received'),
        'no receipt of what is not kept',
      );
      await stage.crash(SOON);
      await ann.hears('received', 'one');
      await ann.hears('read', 'one');
      await ann.hears('receipt', 'bob');
      assert.equal(bob.told.filter(({ what }) => what === 'shown').length, 1, 'shown once');
    });

    it('come when the receiver returns, whose process was killed with the server', async () => {
      const stage = await begun(LATE);
      const [ann, bob] = [await stage.party('ann', 'reads'), await stage.party('bob', 'reads')];
      ann.order({ do: 'send', to: 'bob', text: 'one' });
      await bob.hears('shown', 'one');
      while ((await ann.members(TALK)).get('bob')?.read !== 1);
      await stage.crash(SOON, () => bob.kill());
      await ann.hears('online', undefined, 2);
      assert.equal((await ann.members(TALK)).get('bob')?.read, 0, 'the crash took the mark');
      bob.begin();
      await ann.hears('read', 'one');
      assert.ok(!bob.told.some(({ what }) => what === 'shown'), 'what it had read is no news');
    });

    it('come of what the receiver had not handled when it was killed', async () => {
      const stage = await begun(SOON);
      const [ann, bob] = [await stage.party('ann', 'reads'), await stage.party('bob', 'holds')];
      ann.order({ do: 'send', to: 'bob', text: 'one' });
      await bob.hears('shown', 'one');
      await ann.hears('accepted', 'one');
      await bob.kill();
      assert.deepEqual((await ann.members(TALK)).get('bob')?.received, 0);
      bob.begin({ does: 'receives' });
      await bob.hears('shown', 'one');
      await ann.hears('received', 'one');
      await bob.kill();
      ann.order({ do: 'send', to: 'bob', text: 'two' });
      bob.begin({ does: 'reads' });
      await ann.hears('read', 'two');
      await ann.hears('read', 'one');
      assert.deepEqual(
        bob.told.filter(({ what }) => what === 'shown').map(({ of }) => of),
        ['two'],
      );
    });

    it('are there for a sender whose process was killed meanwhile', async () => {
      const stage = await begun(SOON);
      const [ann, bob] = [await stage.party('ann', 'reads'), await stage.party('bob', 'reads')];
      ann.order({ do: 'send', to: 'bob', text: 'one' });
      await ann.hears('accepted', 'one');
      await ann.kill();
      await bob.hears('shown', 'one');
      await stage.crash(SOON, async () => {
        ann.begin();
        ann.order({ do: 'send', to: 'bob', text: 'two' });
        await ann.hears('kept', 'two');
        await ann.kill();
        ann.begin();
      });
      // What the first process was told to be accepted: the server's marks tell the rest.
      await ann.hears('online');
      await bob.hears('online', undefined, 2);
      while (((await ann.members(TALK)).get('bob')?.read ?? 0) < 1);
      // What the second left in its outbox: the third is told all of it.
      await bob.hears('shown', 'two');
      await ann.hears('accepted');
      await ann.hears('read');
      assert.equal((await ann.members(TALK)).get('bob')?.read, 2);
    });

    it('are kept for each member of a group', async () => {
      const stage = await begun(LATE);
      const [ann, bob] = [await stage.party('ann', 'reads'), await stage.party('bob', 'reads')];
      const [cat, dan] = [await stage.party('cat', 'receives'), await stage.party('dan', 'holds')];
      ann.order({ do: 'create', group: 'tea', members: ['bob', 'cat', 'dan'] });
      await ann.hears('accepted', 'tea');
      ann.order({ do: 'send', to: TEA, text: 'tea?' });
      for (const party of [bob, cat, dan]) await party.hears('shown', 'tea?');
      while ((await ann.members(TEA)).get('bob')?.read !== 2);
      while ((await ann.members(TEA)).get('cat')?.received !== 2);
      await stage.crash(SOON);
      await ann.hears('read', 'tea?');
      for (const party of [bob, cat, dan]) await party.hears('online', undefined, 2);
      const marks = async (): Promise<string> => {
        const members = await ann.members(TEA);
        const line = (user: string): string => {
          const { received, read } = members.get(user) ?? assert.fail(user);
          return `${user} ${received} ${read}`;
        };
        return ['bob', 'cat', 'dan'].map(line).join();
      };
      while ((await marks()) !== 'bob 2 2,cat 2 0,dan 1 0');
      await ann.hears('receipt', 'cat');
    });
  });
}
