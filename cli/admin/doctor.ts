/** `im doctor`: looks for what is wrong, from the file to a client that is welcomed. */
import { AdminProblem } from '../../core/admin/client/admin-problem.ts';
import type { Overview } from '../../core/admin/protocol/index.ts';
import { ConfigError, printProblem } from '../../core/config/problem.ts';
import type { Settings } from '../../core/config/settings.ts';
import { ImError, reasonOf } from '../../core/contract/index.ts';
import { safeText } from '../chat-text.ts';
import { EXIT, type Io } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { load } from '../plugins.ts';
import {
  clientFindings,
  clusterFindings,
  dataFindings,
  healthFindings,
  leftOut,
  portFindings,
  storeFindings,
  type Asking,
  type Finding,
} from './doctor-checks.ts';
import { clientOf, CONFIG } from './target.ts';
import type { WhereOptions } from './where.ts';

export interface DoctorOptions extends WhereOptions {
  readonly json?: boolean;
}

/** 0 if all is well, 1 if anything is not. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of examine(options, io)) {
    findings.push(finding);
    if (options.json !== true) say(finding, io);
  }
  const isWell = findings.every(({ state }) => state !== 'failed');
  if (options.json === true) io.out(jsonLine({ ok: isWell, findings }));
  return isWell ? EXIT.ok : EXIT.failed;
}

function say({ stage, state, what, act }: Finding, io: Io): void {
  const [widest, longest] = ['left out', 'configuration'];
  const mark = state === 'failed' ? 'FAILED' : state;
  const head = `${mark.padEnd(widest.length)}  ${stage.padEnd(longest.length)}  `;
  io.out(`${head}${safeText(what)}`);
  if (act !== undefined) io.out(`${' '.repeat(head.length)}${safeText(act)}`);
}

async function* examine(options: DoctorOptions, io: Io): AsyncGenerator<Finding> {
  const file = fileOf(options);
  const settings = file === undefined ? undefined : await settingsOf(file, io);
  if (settings && !('node' in settings)) {
    yield* settings;
    return;
  }
  yield* await fileFindings(file, settings);
  let client: Asking;
  let overview: Overview;
  try {
    client = await clientOf(placeOf(options), io);
    overview = await client.ask('overview', {});
  } catch (error) {
    // One that hangs, or that answers others only, listens all the same.
    if (settings && isNobody(error)) yield* await portFindings(settings, false);
    yield problemOf('node', error);
    return;
  }
  const { node, version, addresses } = overview;
  yield { stage: 'node', state: 'ok', what: `${node}, version ${version}, answers` };
  if (settings) yield* await portFindings(settings, true);
  yield* healthFindings(overview);
  yield* await asked('store', async () => storeFindings(await client.ask('store', {})));
  yield* await clusterOf(client, overview);
  if (file === undefined)
    yield leftOut('clients', `a token is made by a configuration; ${NAME_IT}`);
  else if (addresses.length > 0) yield* await clientFindings(file, overview);
}

const NAME_IT = '--config names one';

/** Undefined: something else says where the node is, and it may be far from its file. */
function fileOf({ config = [], data = [], socket = [], url = [] }: DoctorOptions) {
  const isNamed = data.length + socket.length + url.length > 0;
  return config[0] ?? (isNamed ? undefined : CONFIG);
}

async function fileFindings(
  file: string | undefined,
  settings: Settings | undefined,
): Promise<readonly Finding[]> {
  if (file !== undefined && settings) {
    return [{ stage: 'configuration', state: 'ok', what: file }, ...(await dataFindings(settings))];
  }
  return [
    leftOut(
      'configuration',
      `none is looked at where only the place of a node is said; ${NAME_IT}`,
    ),
    leftOut('data folder', 'only a configuration says which it is'),
    leftOut('ports', 'only a configuration says which they are'),
  ];
}

async function clusterOf(client: Asking, { cluster }: Overview): Promise<readonly Finding[]> {
  if (cluster === undefined)
    return [{ stage: 'cluster', state: 'left out', what: 'the node is alone' }];
  return asked('cluster', async () => clusterFindings(await client.ask('cluster', {})));
}

async function asked(
  stage: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AdminProblem && error.code === 'IM_ADMIN_NO_NODE') {
      return [{ stage, state: 'left out', what: error.message }];
    }
    return [problemOf(stage, error)];
  }
}

/** A file says where the node is if nothing else does. */
function placeOf({ config, ...options }: DoctorOptions): WhereOptions {
  const { data = [], socket = [], url = [] } = options;
  const isNamed = data.length + socket.length + url.length > 0;
  return config && !isNamed ? { ...options, config } : options;
}

async function settingsOf(file: string, io: Io): Promise<Settings | readonly Finding[]> {
  const stage = 'configuration';
  try {
    // A sequencer and a gateway need no transports; of a file alone nobody knows what it is for.
    return await load(file, io, true);
  } catch (error) {
    if (!(error instanceof ConfigError)) return [problemOf(stage, error)];
    const { problems, act } = error;
    return problems.map((one) => ({ stage, state: 'failed', what: printProblem(one), act }));
  }
}

/** There is no node: nothing is at its place, or nobody listens there. */
function isNobody(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return cause?.code === 'ENOENT' || cause?.code === 'ECONNREFUSED';
}

function problemOf(stage: string, error: unknown): Finding {
  const known = error instanceof AdminProblem || error instanceof ImError;
  const what = known ? `${error.code} ${error.message}` : reasonOf(error);
  // The catalogue's advice is to come here.
  const start = 'Start the node (`im start`), or name the right --config, --socket or --url.';
  const code = known ? error.code : '';
  const act = code === 'IM_ADMIN_UNREACHABLE' ? start : ((known ? error.act : '') ?? '');
  return { stage, state: 'failed', what, act };
}
