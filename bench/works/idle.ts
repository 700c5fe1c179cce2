/** W4: ten thousand logins, then rest: the memory of a session that does nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import { LeanClient } from '../lean-client.ts';
import { round, type Work } from './work.ts';

const sessions = 10_000;
const sessionsQuick = 2_000;
const atOnce = 50;
const restMs = 5_000;

const work: Work = {
  users: (quick) => (quick ? sessionsQuick : sessions),
  async run({ address, users, measured }) {
    const clients: LeanClient[] = [];
    let seconds = 0;
    await measured(async () => {
      const begun = performance.now();
      const left = users[Symbol.iterator]();
      const logIn = async (): Promise<void> => {
        for (const { token } of left)
          clients.push(await LeanClient.connect(address, token, () => {}));
      };
      await Promise.all(Array.from({ length: atOnce }, () => logIn()));
      seconds = (performance.now() - begun) / 1000;
      await pause(restMs);
    });
    for (const client of clients) client.close();
    const held = clients.length;
    return { figures: { sessions: held, 'logins/s': round(held / seconds) }, units: held };
  },
};
export default work;
