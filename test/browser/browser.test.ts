/** The client in a real browser: two pages, one server, one conversation. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ServerProcess } from '../scenes/server-process.ts';
import { bundle, serve, type Site } from './site.ts';

const waitMs = 10_000;
const binary = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'];

function launch(): Promise<Browser> {
  assert.ok(
    binary,
    'no Chromium in /usr/bin: apt-get install chromium, or IM_WITHOUT_BROWSER=1 to do without',
  );
  const args = ['--no-sandbox', '--no-first-run', ...quiet.map((name) => `--disable-${name}`)];
  return chromium.launch({ executablePath: binary, args });
}

describe('the bundle for browsers', () => {
  it('holds the client, and nothing of Node', async () => {
    const text = await bundle();
    assert.ok(text.includes('im.tlv.1'));
    assert.deepEqual(text.match(/["']node:\w+|\brequire\(|\bprocess\.\w+/g) ?? [], []);
  });
});

/** A page as somebody looks at it. */
class Reader {
  readonly page: Page;

  constructor(page: Page) {
    page.setDefaultTimeout(waitMs);
    this.page = page;
  }

  async type(text: string): Promise<void> {
    await this.page.getByLabel('Message').fill(text);
    await this.page.getByRole('button', { name: 'Send' }).click();
  }

  /** Resolves when this line stands in the page. */
  async sees(line: string): Promise<void> {
    const wanted = this.page.getByText(line, { exact: true });
    await wanted.waitFor().catch(async (cause: unknown) => {
      const seen = JSON.stringify(await this.lines());
      throw new Error(`"${line}" is not in ${seen}`, { cause });
    });
  }

  async lines(): Promise<readonly string[]> {
    const texts = await this.page.getByRole('listitem').allInnerTexts();
    return texts.map((text) => text.trim());
  }

  async online(): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: 'online' }).waitFor();
  }
}

const tried = process.env['IM_WITHOUT_BROWSER'] !== '1';
if (!tried) console.log('  two pages in Chromium: not tried, as IM_WITHOUT_BROWSER=1 asks');

if (tried) {
  describe('two pages in Chromium', function () {
    this.timeout(60_000);
    const faults: string[] = [];
    let folder = '';
    let server: ServerProcess;
    let site: Site;
    let browser: Browser | undefined;
    let ann: Reader;
    let bob: Reader;

    before(async () => {
      browser = await launch();
      folder = mkdtempSync(join(tmpdir(), 'im-browser-'));
      site = await serve(await bundle());
      server = serverAt('127.0.0.1:0');
      await server.start();
      [ann, bob] = await Promise.all([open('ann', 'bob'), open('bob', 'ann')]);
      await Promise.all([ann.online(), bob.online()]);
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
      await site?.close();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });
    afterEach(() => assert.deepEqual(faults.splice(0), []));

    /** Takes only the pages of our site. */
    function serverAt(listen: string): ServerProcess {
      const origins = [new URL(site.address).origin];
      const web = { use: 'websocket', listen, path: '/im', origins };
      return new ServerProcess(folder, './data/auth.key', { transports: { web } });
    }

    function address(): string {
      return server.addresses.find((one) => one.startsWith('ws:')) ?? '';
    }

    async function open(user: string, to: string): Promise<Reader> {
      const page = await browser!.newPage();
      page.on('pageerror', (error) => faults.push(`${user}: ${error.message}`));
      const token = await server.token(user);
      const given = new URLSearchParams({ server: address(), token, to, device: 'page' });
      await page.goto(`${site.address}#${given.toString()}`);
      return new Reader(page);
    }

    it('shows in one page what is typed in the other, and how far it has come', async () => {
      await ann.type('hello bob');
      await bob.sees('ann: hello bob');
      await ann.sees('me: hello bob ✓✓ read');
      await bob.type('hello ann ☕');
      await ann.sees('bob: hello ann ☕');
      await bob.sees('me: hello ann ☕ ✓✓ read');
    });

    it('keeps the sequence of what is typed fast', async () => {
      const typed = Array.from({ length: 20 }, (_, i) => `line ${i}`);
      for (const text of typed) await ann.type(text);
      await bob.sees('ann: line 19');
      assert.deepEqual(
        (await bob.lines()).filter((line) => line.includes('line')),
        typed.map((text) => `ann: ${text}`),
      );
    });

    it('goes on after a page was loaded again, with what was said meanwhile', async () => {
      const page = bob.page.url();
      await bob.page.goto('about:blank');
      await ann.type('are you there?');
      await ann.sees('me: are you there? ✓');
      await bob.page.goto(page);
      await bob.online();
      await bob.sees('ann: are you there?');
      await ann.sees('me: are you there? ✓✓ read');
      await bob.type('now I am');
      await ann.sees('bob: now I am');
      await bob.sees('me: now I am ✓✓ read');
      const lines = await bob.lines();
      assert.equal(new Set(lines).size, lines.length, 'no line twice');
      assert.equal(lines[0], 'ann: hello bob');
    });

    it('goes on when the server comes back after a kill', async () => {
      await server.kill();
      await ann.page.getByRole('status').filter({ hasText: 'offline' }).waitFor();
      await ann.type('into the dark');
      await ann.sees('me: into the dark');
      server = serverAt(new URL(address()).host);
      await server.start();
      await bob.sees('ann: into the dark');
      await ann.sees('me: into the dark ✓✓ read');
    });
  });
}
