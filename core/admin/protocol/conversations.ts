/** Conversations: those in a node's memory as a list, any one from the store. */
import { z } from 'zod';
import { count, LIST_MAX, listOf, wallMs } from './scalars.ts';

export const conversationRow = z.object({
  id: z.string(),
  kind: z.enum(['direct', 'group']),
  title: z.string().optional(),
  shard: count,
  /** The position of its last entry. */
  head: count,
  members: count,
  /** Members with a session on this node. */
  online: count,
  /** When its last entry was accepted; absent: none is in memory. */
  lastAt: wallMs.optional(),
});

export const conversationList = listOf(conversationRow);

export const member = z.object({
  user: z.string(),
  role: z.string(),
  online: z.boolean(),
  /** All of the user's devices have had everything up to here. */
  received: count,
  read: count,
});

export const conversationDetail = conversationRow.extend({
  /** Of its shard; absent: another node has it. */
  epoch: count.optional(),
  /** Who has received least first, and no more than a list has rows; `members` counts all. */
  people: z.array(member).max(LIST_MAX),
});
