/** What `im doctor` looks at, stage by stage; each finding that is bad says what to do. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { connect } from '../../client/index.ts';
import type { AdminClient } from '../../core/admin/client/admin-client.ts';
import type { ClusterView, Overview, StoreView } from '../../core/admin/protocol/index.ts';
import type { Settings } from '../../core/config/settings.ts';
import { reasonOf } from '../../core/contract/index.ts';
import { localToken } from '../local-token.ts';
import { durationText, sizeText } from './values.ts';

export interface Finding {
  readonly stage: string;
  readonly state: 'ok' | 'failed' | 'left out';
  readonly what: string;
  /** What to do. */
  readonly act?: string;
}

const FREE_LEAST_BYTES = 256 * 2 ** 20;
const COMMIT_P99_MOST_MS = 1_000;
const CONNECT_WITHIN_MS = 2_000;
const WELCOME_WITHIN_MS = 5_000;
const NOBODY = 'im-doctor';
const TAKE_NONE: ReadonlySet<Overview['standing']> = new Set(['standby', 'sequencer', 'gateway']);

function ok(stage: string, what: string): Finding {
  return { stage, state: 'ok', what };
}

function failed(stage: string, what: string, act: string): Finding {
  return { stage, state: 'failed', what, act };
}

export function leftOut(stage: string, what: string): Finding {
  return { stage, state: 'left out', what };
}

export async function dataFindings({ node }: Pick<Settings, 'node'>): Promise<readonly Finding[]> {
  const { data } = node;
  try {
    await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(data);
    const free = bavail * bsize;
    const what = `${data}: ${sizeText(free)} free`;
    return free < FREE_LEAST_BYTES
      ? [failed('data folder', what, 'Make room, or give node.data a larger disk.')]
      : [ok('data folder', what)];
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT') return [ok('data folder', `${data} is not there: the start makes it`)];
    return [failed('data folder', reasonOf(error), `Let this user read and write ${data}.`)];
  }
}

/** With a node that answers somebody must listen, and without one nobody. */
export async function portFindings(
  { transports }: Pick<Settings, 'transports'>,
  answers: boolean,
): Promise<readonly Finding[]> {
  if (transports.length === 0) return [leftOut('ports', 'there are no transports')];
  const findings = transports.map(async ({ name, config }): Promise<Finding> => {
    const { listen } = config as { listen?: { host: string; port: number } };
    if (!listen || listen.port === 0) return leftOut('ports', `${name} has no fixed port`);
    const what = `${name} ${listen.host}:${listen.port}`;
    const isHeard = await listens(listen);
    if (isHeard === answers) return ok('ports', `${what} ${answers ? 'is heard' : 'is free'}`);
    return answers
      ? failed('ports', `nobody listens at ${what}`, `Look at the health of ${name} below.`)
      : failed('ports', `another program listens at ${what}`, 'Stop it, or choose another port.');
  });
  return Promise.all(findings);
}

export function healthFindings({ parts, troubles, standing }: Overview): readonly Finding[] {
  if (troubles.length === 0) {
    return [ok('health', `${standing}; ${parts.running} parts run`)];
  }
  return troubles.map(({ part, state, why, code = '', act = 'See its log.' }) =>
    failed('health', `${part} is ${state}: ${code} ${why}`.replaceAll(/ +/g, ' '), act),
  );
}

export function storeFindings({ type, commitMs, queue }: StoreView): readonly Finding[] {
  if (commitMs.count === 0) return [ok('store', `${type}: nothing was committed yet`)];
  const [half, most] = [commitMs.p50, commitMs.p99].map(durationText);
  const what = `${type}: commits take ${half} (p50) to ${most} (p99); ${queue} commands wait`;
  return commitMs.p99 > COMMIT_P99_MOST_MS
    ? [failed('store', what, 'Look at the disk or the database: see `im store`.')]
    : [ok('store', what)];
}

export function clusterFindings(view: ClusterView): readonly Finding[] {
  const { name, epoch, active, nodes, problems } = view;
  const owner = nodes.find(({ node }) => node === active);
  const living = nodes.filter(({ state }) => state !== 'gone' && state !== 'over');
  const versions = [...new Set(living.flatMap(({ version }) => version ?? []))];
  const lease = durationText(Math.max(0, owner?.leaseLeftMs ?? 0));
  const followers = living.filter(({ node, ready }) => node !== active && ready);
  return [
    active === undefined
      ? failed('cluster', `${name}: nobody serves`, 'See `im status`: start a node, or take over.')
      : ok('cluster', `${name}: ${active} serves, epoch ${epoch}, lease ${lease}`),
    followers.length === 0
      ? failed('cluster', 'no node could follow', 'Start a second node; see `im status`.')
      : ok('cluster', `${followers.map(({ node }) => node).join(', ')} could follow`),
    versions.length > 1
      ? failed('cluster', `versions ${versions.join(', ')}`, 'Bring all nodes to one version.')
      : ok('cluster', `version ${versions[0] ?? 'unknown'}`),
    ...problems.map(({ code, message, act }) => failed('cluster', `${code} ${message}`, act)),
  ];
}

/** Greets the node as a client does, as a user of its own, if tokens can be made here. */
export async function clientFindings(
  configFile: string,
  { addresses, standing }: Overview,
): Promise<readonly Finding[]> {
  if (TAKE_NONE.has(standing)) return [leftOut('clients', `a ${standing} takes none`)];
  let token: string;
  try {
    token = await localToken(configFile, NOBODY);
  } catch (error) {
    return [leftOut('clients', `no token can be made here: ${reasonOf(error)}`)];
  }
  const findings: Finding[] = [];
  // One after the other: a device has one session.
  for (const address of addresses) findings.push(await greet(address, token));
  return findings;
}

async function greet(address: string, token: string): Promise<Finding> {
  const client = connect({ address, token, device: 'doctor', agent: NOBODY });
  const begunMs = performance.now();
  try {
    const why = await new Promise<string | undefined>((resolve) => {
      const late = setTimeout(() => resolve('no welcome in time'), WELCOME_WITHIN_MS);
      client.on('state', ({ state, reason = state }) => {
        if (state === 'connecting') return;
        clearTimeout(late);
        resolve(state === 'online' ? undefined : reason);
      });
    });
    const took = durationText(Math.round(performance.now() - begunMs));
    return why === undefined
      ? ok('clients', `${address} welcomed one within ${took}`)
      : failed('clients', `${address}: ${why}`, 'Look at `im tail` while a client tries.');
  } finally {
    await client.close();
  }
}

function listens({ host, port }: { host: string; port: number }): Promise<boolean> {
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return new Promise((resolve) => {
    const socket = createConnection({ host: near, port, timeout: CONNECT_WITHIN_MS });
    const told = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', told(true)).once('error', told(false)).once('timeout', told(false));
  });
}

export type Asking = Pick<AdminClient, 'ask'>;
