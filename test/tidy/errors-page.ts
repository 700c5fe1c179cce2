/**
 * docs/errors.md as the catalogue says it. `node --conditions=im-src test/tidy/errors-page.ts`
 * writes it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from 'im-kernel/contract';

const opening = `# Errors

Every error that the server or \`im\` reports on purpose has a code. Codes never change their meaning
and are never used again. The kind says who can mend it:

- **config**: what the operator wrote. **peer**: what a client sent.
- **passing**: may work later by itself. **lasting**: will not work until somebody acts.
- **bug**: ours; please report it.

Names in braces are filled in. Codes that _clients_ see, such as \`busy\`, are another list:
[protocol.md](protocol.md).

This page is written by \`node --conditions=im-src test/tidy/errors-page.ts\` from
\`core/contract/catalogue.ts\`; a test compares the two.
`;

export function errorsPage(): string {
  const parts = Object.entries(CATALOGUE).map(
    ([code, { kind, message, act }]) => `## ${code}\n\n_${kind}_: \`${message}\`\n\n${act}\n`,
  );
  return [opening, ...parts].join('\n');
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), errorsPage());
