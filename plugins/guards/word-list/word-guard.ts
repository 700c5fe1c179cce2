/** Looks for words in texts, and refuses or masks what holds one. */
import { readFile, stat } from 'node:fs/promises';
import {
  ImError,
  reasonOf,
  type Guard,
  type GuardedMessage,
  type GuardVerdict,
  type Host,
} from 'im-kernel/contract';
import { isWord, WordSet, wordsIn } from './words.ts';

export interface WordSettings {
  readonly words: readonly string[];
  readonly file: string | undefined;
  readonly action: 'refuse' | 'mask';
  readonly detail: string;
}

const FILE_MAX_BYTES = 1_048_576;
const ALLOW: GuardVerdict = { is: 'allow' };
const TEXT = /^text\//i;

/** Throws an Error that says what is wrong with the file. */
async function readWords(file: string, signal: AbortSignal): Promise<readonly string[]> {
  const { size } = await stat(file);
  if (size > FILE_MAX_BYTES) throw new Error(`it is longer than ${FILE_MAX_BYTES} octets`);
  const words = wordsIn(await readFile(file, { encoding: 'utf8', signal }));
  const wrong = words.find((word) => !isWord(word));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not one word`);
  return words;
}

async function wordsOfFile(file: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await readWords(file, signal);
  } catch (cause) {
    const details = { file, setting: 'file', why: reasonOf(cause) };
    throw new ImError('IM_PLUGIN_FILE', details, { cause });
  }
}

export class WordGuard implements Guard {
  readonly #settings: WordSettings;
  readonly #host: Host;
  readonly #read = new TextDecoder();
  readonly #write = new TextEncoder();
  #set: WordSet;

  constructor(settings: WordSettings, host: Host) {
    this.#settings = settings;
    this.#host = host;
    this.#set = new WordSet(settings.words);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { file, words } = this.#settings;
    if (file === undefined) return;
    const more = await wordsOfFile(file, signal);
    this.#set = new WordSet([...words, ...more]);
    this.#host.log.info('words were read', { file, count: more.length });
  }

  async stop(): Promise<void> {}

  look({ mediaType, body }: GuardedMessage): GuardVerdict {
    if (!TEXT.test(mediaType)) return ALLOW;
    const text = this.#read.decode(body);
    if (!this.#set.in(text)) return ALLOW;
    const { action, detail } = this.#settings;
    if (action === 'refuse') return { is: 'refuse', detail };
    return { is: 'change', body: this.#write.encode(this.#set.mask(text)) };
  }
}
