/** Where the admin API of a system of ours is: its file names nothing else. */
import { join } from 'node:path';
import { ADMIN_SOCKET } from '../../core/config/admin-place.ts';
import type { System } from '../system.ts';

export function adminSocket({ folder }: System): string {
  return join(folder, 'data', ADMIN_SOCKET);
}
