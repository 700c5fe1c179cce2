/** Nodes tell of themselves in a folder that they share: a file for each. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  definePlugin,
  path,
  type Announced,
  type Registry,
  type RegistryHost,
} from 'im-kernel/contract';

const LISTED_MAX = 1_000;
const SUFFIX = '.card';

class MyRegistry implements Registry {
  readonly #folder: string;
  readonly #host: RegistryHost;

  constructor(folder: string, host: RegistryHost) {
    this.#folder = folder;
    this.#host = host;
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  async stop(): Promise<void> {}

  /** The first line says until when it is listed, by the wall clock that the machines share. */
  async announce(node: string, card: string, ttlMs: number): Promise<void> {
    const untilMs = this.#host.clock.now() + ttlMs;
    const own = Buffer.from(this.#host.random.bytes(8)).toString('hex');
    const draft = join(this.#folder, `${node}.${own}`);
    await writeFile(draft, `${untilMs}\n${card}`);
    // Readers see the old file or the new one, never half of either.
    await rename(draft, this.#fileOf(node));
  }

  async withdraw(node: string): Promise<void> {
    await rm(this.#fileOf(node), { force: true });
  }

  async list(): Promise<readonly Announced[]> {
    const files = (await readdir(this.#folder)).filter((one) => one.endsWith(SUFFIX));
    const nodes = files.map((one) => one.slice(0, -SUFFIX.length)).sort();
    const read = await Promise.all(nodes.map((node) => this.#read(node)));
    return read.filter((one) => one !== undefined).slice(0, LISTED_MAX);
  }

  async #read(node: string): Promise<Announced | undefined> {
    // It may be withdrawn between the listing of the folder and this.
    const text = await readFile(this.#fileOf(node), 'utf8').catch(() => '');
    const end = text.indexOf('\n');
    if (end < 0 || Number(text.slice(0, end)) <= this.#host.clock.now()) return undefined;
    return { node, card: text.slice(end + 1) };
  }

  #fileOf(node: string): string {
    return join(this.#folder, node + SUFFIX);
  }
}

export default definePlugin({
  contract: 1,
  role: 'registry',
  type: 'my-plugin',
  summary: 'Nodes tell of themselves in a folder that they share.',
  stability: 'experimental',
  config: {
    folder: path({ help: 'The folder, the same for all nodes.', fallback: './nodes' }),
  },
  create: ({ folder }, host) => new MyRegistry(folder, host),
});
