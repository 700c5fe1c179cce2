/** A node with as many sessions as it was asked for, each of another user, and all at rest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withSystem, type System } from '../system.ts';

export async function withCrowd<T>(
  sessions: number,
  use: (system: System) => Promise<T>,
): Promise<T> {
  return await withSystem('im', async (system) => {
    const { folder, server } = system;
    const tokens: string[] = [];
    for (let i = 0; i < sessions; i += 1)
      tokens.push(await system.token(`bench-${(i * 7_919) % sessions}`));
    const file = join(folder, 'tokens.json');
    writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
    const script = join(import.meta.dirname, 'crowd.ts');
    const args = ['--conditions=im-src', script, server.address, file];
    const crowd = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(crowd, 'exit');
    try {
      const [said] = await Promise.race([
        once(createInterface({ input: crowd.stdout }), 'line'),
        gone,
      ]);
      if (said !== 'here') throw new Error('the crowd did not come');
      return await use(system);
    } finally {
      crowd.stdin.end();
      await gone;
    }
  });
}
