/**
 * A work's load, in its own process: `node load.ts <work> <address> <quick?> <users file>`. Prints
 * `measuring` and `measured` around what is measured, each time waiting until it was heard, then
 * the figures as JSON.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { works } from './works/index.ts';
import type { WorkMeans } from './works/work.ts';

const [name = '', address = '', quick = '', usersFile = ''] = process.argv.slice(2);
const users = JSON.parse(readFileSync(usersFile, 'utf8')) as WorkMeans['users'];
const work = works[name];
if (!work) throw new Error(`no work is named ${name}`);

async function tell(word: string): Promise<void> {
  const heard = once(process.stdin, 'data');
  console.log(word);
  await heard;
}

const told = await work.run({
  address,
  users,
  folder: dirname(usersFile),
  quick: quick === 'true',
  measured: async (run) => {
    await tell('measuring');
    await run();
    await tell('measured');
  },
});
console.log(JSON.stringify(told));
process.exit(0);
