import group from './group.ts';
import idle from './idle.ts';
import offline from './offline.ts';
import sequencer from './sequencer.ts';
import type { Work } from './work.ts';

export const works: Readonly<Record<string, Work>> = { group, idle, offline, sequencer };
