/** Sessions by the thousand, and some with names that would harm a terminal. */
import type { SessionRow } from '../../core/admin/protocol/index.ts';

const DEVICES = ['web', 'ios', 'droid', 'cli'];
const PEOPLE = ['judy', 'frank', 'alice', 'grace', 'bob', 'heidi', 'carol', 'ivan'];

export const SESSIONS_TOTAL = 10_000;

export function sessionAt(i: number): SessionRow {
  const slow = i < 4;
  return {
    id: (0xff9f17 - i * 977).toString(16),
    user: `${PEOPLE[i % PEOPLE.length]}${(i * 31) % 997}`,
    device: DEVICES[i % DEVICES.length] ?? '',
    address: `10.0.${i % 250}.${(i * 7) % 250}:4${1000 + i}`,
    encoding: i % 3 === 0 ? 'json' : 'tlv',
    state: 'live',
    ageMs: (i + 1) * 61_000,
    idleMs: (i % 90) * 1_000,
    commands: 100_000 - i,
    commandsPerS: i % 40,
    unanswered: i % 3,
    sentBytes: 9_000_000 + i,
    queuedBytes: slow ? 990_000 - i * 1_000 : Math.max(0, 40_000 - i),
    slow,
  };
}

/** Names that would harm a terminal that believes them. */
export const HOSTILE = [
  '\u001b[2J\u001b[Hgone',
  '\u009b31mred\u009b0m',
  'evil\u202egnp.exe',
  '王小明王小明王小明',
  '👨‍👩‍👧‍👦family🇩🇪',
  'a\nb\r\tc',
  '\u001b]0;title\u0007x',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢',
];

export function hostileSession(i: number): SessionRow {
  const user = HOSTILE[i] ?? 'x';
  return { ...sessionAt(i), user, device: user, id: `s${i}` };
}
