/**
 * Devices that log in and then rest: `node crowd.ts <address> <tokens file>`. Says `here` when all
 * of them are, and leaves when its standard input ends.
 */
import { readFileSync } from 'node:fs';
import { LeanClient } from '../lean-client.ts';

const AT_ONCE = 50;
const [address = '', file = ''] = process.argv.slice(2);
const tokens = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
const left = tokens.values();

async function logIn(): Promise<void> {
  for (const token of left) await LeanClient.connect(address, token, () => undefined);
}
await Promise.all(Array.from({ length: AT_ONCE }, logIn));
console.log('here');
process.stdin.resume().on('end', () => process.exit(0));
