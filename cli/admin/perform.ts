/** One verb of the table: asks a node, and shows the answer, or watches it. */
import type { AdminClient } from '../../core/admin/client/admin-client.ts';
import { VERBS, type Asked, type VerbName } from '../../core/admin/verbs.ts';
import { wrongInput } from '../../core/admin/wrong-input.ts';
import { ImError } from '../../core/contract/index.ts';
import { EXIT, type Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { report } from '../report.ts';
import { watch } from '../watch.ts';
import { confirm, type ConfirmOptions } from './confirm.ts';
import { shown } from './show.ts';
import { clientOf } from './target.ts';
import type { WhereOptions } from './where.ts';

export interface PerformOptions extends WhereOptions, ConfirmOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const AGAIN_MS = 1_000;

/** `given`: the verb's inputs, as they were typed. Resolves to the exit code. */
export async function perform(
  name: VerbName,
  given: Readonly<Record<string, unknown>>,
  options: PerformOptions,
  io: Io,
): Promise<number> {
  try {
    const input = checked(name, given);
    const client = await clientOf(options, io);
    if (!(await confirm({ name, input }, client, options, io))) return EXIT.failed;
    const look = (): Promise<void> => show(client, name, input, options, io);
    if (options.watch === true) return await watch(look, AGAIN_MS, options, io);
    await look();
    return EXIT.ok;
  } catch (error) {
    return report(error, io);
  }
}

/** Wrong use is told before a node is asked. */
function checked(name: VerbName, given: Readonly<Record<string, unknown>>): Asked<VerbName> {
  const read = VERBS[name].input.safeParse(given);
  if (read.success) return read.data;
  throw new ImError('IM_ADMIN_INPUT', { why: wrongInput(given, read.error) });
}

async function show(
  client: AdminClient,
  name: VerbName,
  input: Asked<VerbName>,
  { json }: PerformOptions,
  io: Io,
): Promise<void> {
  const view = await client.ask(name, input, io.end);
  io.out(json === true ? jsonLine(view) : shown(name, view, io));
}
