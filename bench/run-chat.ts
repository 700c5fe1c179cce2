/** The chat against one of the systems: as many pairs as it says, each user with a token. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, type Outcome } from './measure.ts';
import { withSystem, type System } from './system.ts';
import type { Workload } from './workload.ts';

export async function runChat(peer: string, workload: Workload): Promise<Outcome> {
  return await withSystem(peer, (system) => chatOn(system, workload));
}

/** `ticked`: as `measure` has it. */
export async function chatOn(
  system: System,
  workload: Workload,
  ticked?: (messages: number) => void,
): Promise<Outcome> {
  const tokens: Record<string, string> = {};
  for (let pair = 0; pair < workload.pairs; pair += 1)
    for (const user of [`bench-a${pair}`, `bench-b${pair}`])
      tokens[user] = await system.token(user);
  const file = join(system.folder, 'tokens.json');
  writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
  return await measure(system, workload, file, ticked);
}
