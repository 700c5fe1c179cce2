/**
 * Every screen as a terminal shows it, against text files beside this one. To make them anew,
 * after a change that is meant: `IM_GOLDEN=write npm test -- test/tui/screens.test.ts`; read the
 * difference.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCREENS } from '../../tui/model/screens.ts';

import { loadInkColoured, TestTerminal, WARM_UP_MS } from './terminal.ts';

const folder = join(import.meta.dirname, 'golden');
const writing = process.env['IM_GOLDEN'] === 'write';

async function compare(name: string, terminal: TestTerminal): Promise<void> {
  const file = join(folder, `${name}.txt`);
  const screen = `${terminal.screen()}\n`;
  if (writing) {
    await mkdir(folder, { recursive: true });
    await writeFile(file, screen);
  }
  assert.equal(screen, await readFile(file, 'utf8'), name);
}

const SIZES = [
  [80, 24],
  [100, 30],
  [160, 50],
] as const;

describe('the screens', () => {
  before(async function () {
    this.timeout(WARM_UP_MS);
    await loadInkColoured();
  });

  for (const [columns, rows] of SIZES) {
    it(`are as they were at ${columns}×${rows}`, async () => {
      const terminal = await TestTerminal.open({ columns, rows });
      try {
        await compare(`${columns}x${rows}-overview`, terminal);
        for (const [i, { screen }] of SCREENS.entries()) {
          if (i === 0) continue;
          await terminal.keys(String(i + 1));
          await compare(`${columns}x${rows}-${screen}`, terminal);
        }
      } finally {
        await terminal.close();
      }
    });
  }

  it('are as they were while a node takes over, and with a question above', async () => {
    const terminal = await TestTerminal.open({ columns: 80, rows: 24 });
    try {
      await terminal.keys('7');
      await terminal.keys('j', 's', 'im');
      await compare('80x24-switchover', terminal);
      await terminal.keys('\u001b');
      terminal.cluster.kill('im-a');
      await terminal.pass(1_000);
      await compare('80x24-takeover', terminal);
      for (const node of ['im-b', 'im-c']) terminal.cluster.kill(node);
      await terminal.pass(3_000);
      await compare('80x24-all-down', terminal);
      await terminal.keys('?');
      await compare('80x24-help', terminal);
    } finally {
      await terminal.close();
    }
  });

  it('are as they were with ASCII only', async () => {
    const terminal = await TestTerminal.open({ columns: 80, rows: 24, ascii: true });
    try {
      await compare('80x24-ascii', terminal);
      // oxlint-disable-next-line no-control-regex -- all that is not ASCII is looked for
      assert.match(terminal.screen().replaceAll('王小明', ''), /^[\u0000-\u007f]*$/);
    } finally {
      await terminal.close();
    }
  });

  it('lead from the plugins to the dead letters of consumers', async () => {
    const terminal = await TestTerminal.open({ columns: 100, rows: 30 });
    try {
      await terminal.keys('4', 'l');
      await terminal.pass(2_500);
      await compare('100x30-dead-letters', terminal);
      await terminal.keys('\r');
      await terminal.pass(2_500);
      await compare('100x30-dead-letter', terminal);
      await terminal.keys('X');
      assert.match(terminal.screen(), /Same as: im dead-letter discard hook d\/alice\/bob 7 --yes/);
      await terminal.keys('n', '\u001b', '-');
      assert.match(terminal.screen(), /Plugins 4/);
    } finally {
      await terminal.close();
    }
  });

  it('of one thing open and close', async () => {
    const terminal = await TestTerminal.open({ columns: 100, rows: 30 });
    try {
      for (const [key, name] of [
        ['2', 'session'],
        ['3', 'conversation'],
        ['4', 'plugin'],
        ['7', 'node'],
        ['8', 'event'],
      ] as const) {
        await terminal.keys(key);
        await terminal.keys('\r');
        await compare(`100x30-${name}`, terminal);
      }
      await terminal.keys('\u001b');
      assert.match(terminal.screen(), /Events, following/);
    } finally {
      await terminal.close();
    }
  });
});
