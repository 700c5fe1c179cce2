/** Names that a running node knows, for a shell that completes: soon, or none. */
import type { AdminClient } from '../../core/admin/client/admin-client.ts';
import type { Named } from '../completion.ts';
import { EXIT, type Io } from '../io.ts';
import { clientOf } from './target.ts';

/** Whoever types waits for it. */
const WITHIN_MS = 300;
const LIST_MAX = 1_000;
/** With these a name would not be one word of the shell. */
const WORD = /^[\w./@+-]+$/;
const LIST = { limit: LIST_MAX };

const ASK: Readonly<
  Record<Named, (client: AdminClient, signal: AbortSignal) => Promise<readonly string[]>>
> = {
  nodes: async (client, signal) =>
    (await client.ask('cluster', {}, signal)).nodes.map(({ node }) => node),
  sessions: async (client, signal) =>
    (await client.ask('sessions', LIST, signal)).rows.map(({ id }) => id),
  conversations: async (client, signal) =>
    (await client.ask('conversations', LIST, signal)).rows.map(({ id }) => id),
  plugins: async (client, signal) =>
    (await client.ask('plugins', LIST, signal)).rows.map(({ name }) => name),
};

/** `typed`: the words of the line so far, which may say where the node is. */
export async function completeNames(
  named: Named,
  typed: readonly string[],
  io: Io,
): Promise<number> {
  const after = (option: string): readonly string[] =>
    typed.flatMap((word, at) => (typed[at - 1] === option ? [word] : []));
  const [tokenFile] = after('--token-file');
  const [ca] = after('--ca');
  const config = after('--config');
  try {
    const client = await clientOf(
      {
        ...(config.length > 0 && { config }),
        data: after('--data'),
        socket: after('--socket'),
        url: after('--url'),
        ...(tokenFile !== undefined && { tokenFile }),
        ...(ca !== undefined && { ca }),
      },
      io,
    );
    const names = await ASK[named](client, AbortSignal.timeout(WITHIN_MS));
    for (const name of names) if (WORD.test(name)) io.out(name);
  } catch {
    // There is nobody to tell: a line is being typed.
  }
  return EXIT.ok;
}
