/** Of the package. */
import { createRequire } from 'node:module';

const PACKAGE = createRequire(import.meta.url)('im-kernel/package.json') as { version: string };
export const VERSION = PACKAGE.version;
