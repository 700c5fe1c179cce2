/** One of the works beside the chat, against a server of ours: its figures and what it cost. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { System } from './system.ts';
import { round, type Work, type WorkFigures } from './works/work.ts';

const here = import.meta.dirname;

export async function runWork(
  name: string,
  work: Work,
  { server, folder, token }: System,
  quick: boolean,
): Promise<Record<string, number>> {
  const file = join(folder, 'users.json');
  const users = await makeUsers(work.users(quick), token);
  writeFileSync(file, JSON.stringify(users), { mode: 0o600 });
  const args = ['--conditions=im-src', join(here, 'load.ts'), name, server.address, String(quick)];
  const child = spawn(process.execPath, [...args, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const cost = { cpuSeconds: 0, beforeMiB: 0, afterMiB: 0 };
  let told: WorkFigures | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'measuring') {
      cost.cpuSeconds = -server.cpuSeconds();
      cost.beforeMiB = server.residentMiB();
    } else if (line === 'measured') {
      cost.cpuSeconds += server.cpuSeconds();
      cost.afterMiB = server.residentMiB();
    } else if (line.startsWith('{')) told = JSON.parse(line) as WorkFigures;
    child.stdin.write('\n');
  }
  if (!told) throw new Error(`the load of ${name} broke off`);
  const grownKiB = (cost.afterMiB - cost.beforeMiB) * 1024;
  return {
    ...told.figures,
    'server CPU s per 1000': round(cost.cpuSeconds / (told.units / 1000), 4),
    'RSS before MiB': round(cost.beforeMiB),
    'RSS after MiB': round(cost.afterMiB),
    'peak RSS MiB': round(server.peakMiB()),
    ...(name === 'idle' ? { 'KiB RSS per session': round(grownKiB / told.units, 1) } : {}),
  };
}

async function makeUsers(
  count: number,
  tokenOf: System['token'],
): Promise<{ user: string; token: string }[]> {
  const users: { user: string; token: string }[] = [];
  for (let i = 0; i < count; i += 1) {
    const user = `bench-${i}`;
    users.push({ user, token: await tokenOf(user) });
  }
  return users;
}
