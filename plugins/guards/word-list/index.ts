/** `use: word-list`: refuses or masks texts that hold words of a list. */
import { definePlugin, listOf, oneOf, optional, path, text } from 'im-kernel/contract';
import { WordGuard } from './word-guard.ts';
import { isWord } from './words.ts';

export default definePlugin({
  contract: 1,
  role: 'guard',
  type: 'word-list',
  summary: 'Refuses texts that hold a word of a list, or masks the word with asterisks.',
  stability: 'stable',
  config: {
    words: listOf(text({ help: 'One word.', min: 1, max: 100 }), {
      help: 'The words; capitals and small letters are the same.',
      fallback: [],
      max: 10_000,
    }),
    file: optional(path({ help: 'A file with more of them, one per line; # begins a comment.' })),
    action: oneOf({
      help: 'What becomes of a text that holds one: refused, or kept with the word masked.',
      choices: ['refuse', 'mask'],
      fallback: 'refuse',
    }),
    detail: text({
      help: 'What the sender of a refused text is told.',
      fallback: 'this message holds a word that is not allowed here',
      min: 1,
      max: 200,
    }),
  },
  check({ words, file }) {
    if (words.length === 0 && file === undefined) return ['needs `words`, a `file`, or both'];
    return words.filter((word) => !isWord(word)).map((word) => `words: "${word}" is not one word`);
  },
  create: (config, host) => new WordGuard(config, host),
});
