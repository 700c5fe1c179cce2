import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeRegistry } from 'im-kernel/kit';
import plugin from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'my-plugin-'));

judgeRegistry({
  name: 'my-plugin',
  make: (host) => plugin.create({ folder }, host),
  clean: () => rmSync(folder, { recursive: true, force: true }),
});
