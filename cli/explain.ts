/** `im explain [role [type]]`: every setting, its default and its bounds; a sample to copy. */
import { explainBlock, explainPlugin, ORDERING_PER_KIND } from '../core/config/explain.ts';
import { BLOCKS } from '../core/config/blocks.ts';
import { referencePage } from '../core/config/reference-page.ts';
import { ROLES, type Role } from '../core/contract/index.ts';
import { nearest } from '../core/config/nearest.ts';
import { EXIT, type Io } from './io.ts';
import { allPlugins } from './plugins.ts';
import { report } from './report.ts';

const TOPICS: readonly string[] = [...ROLES, ...Object.keys(BLOCKS)];

export async function explain(
  topic: string | undefined,
  type: string | undefined,
  options: { config: string; markdown?: boolean },
  io: Io,
): Promise<number> {
  if (topic !== undefined && !TOPICS.includes(topic)) {
    return unknown('role or block', topic, TOPICS, io);
  }
  try {
    const plugins = await allPlugins(options.config, io);
    if (options.markdown) {
      io.out(referencePage(plugins).trimEnd());
      return EXIT.ok;
    }
    const ofRole = plugins.filter((one) => topic === undefined || one.role === topic);
    const wanted = ofRole.filter((one) => type === undefined || one.type === type);
    if (type !== undefined && wanted.length === 0) {
      return unknown(
        `${topic as Role} plugin`,
        type,
        ofRole.map((one) => one.type),
        io,
      );
    }
    const blocks = Object.entries(BLOCKS).filter(([key]) => topic === undefined || topic === key);
    const pages = [
      ...blocks.map(([key, block]) => explainBlock(key, block)),
      ...(topic === 'ordering' && type === undefined ? [ORDERING_PER_KIND] : []),
      ...wanted.map(explainPlugin),
    ];
    io.out(pages.join('\n\n'));
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

function unknown(what: string, word: string, known: readonly string[], io: Io): number {
  const near = nearest(word, known);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  io.err(`no ${what} is called "${word}".${meant} Known: ${known.join(', ')}`);
  return EXIT.usage;
}
