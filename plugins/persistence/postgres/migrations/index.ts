/**
 * The migrations in their sequence: number n is at index n - 1. A change of the schema is one more
 * at the end; one that was released is never edited, and its checksum in the database says so.
 */
import { BODIES } from './bodies.ts';
import { LOG } from './log.ts';
import { OWNERSHIP } from './ownership.ts';
import { WRITING } from './writing.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: 'log', sql: LOG },
  { name: 'writing', sql: WRITING },
  { name: 'bodies', sql: BODIES },
  { name: 'ownership', sql: OWNERSHIP },
];
