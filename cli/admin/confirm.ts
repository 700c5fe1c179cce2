/**
 * What affects users is asked for once more, with what will happen: y/N; the target's name; the
 * cluster's name and the epoch. Where nobody can be asked, options say it.
 */
import type { AdminClient } from '../../core/admin/client/admin-client.ts';
import { takenAnew } from '../../core/admin/done-text.ts';
import type { ClusterNode, ClusterView, Reloaded } from '../../core/admin/protocol/index.ts';
import { VERBS, type VerbName } from '../../core/admin/verbs.ts';
import { ImError } from '../../core/contract/index.ts';
import { safeText } from '../chat-text.ts';
import type { Io } from '../io.ts';
import { changeLines } from './forms.ts';
import { durationText, timeText } from './values.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
  readonly allowDataLoss?: boolean;
}

export interface Asked {
  readonly name: VerbName;
  readonly input: Readonly<Record<string, unknown>>;
}

const ASKED_FOR = 2;
const MAY_LOSE = 4;
const LIST_MAX = 1_000;

/** False: somebody changed their mind. Rejects with IM_ADMIN_INPUT where nobody can be asked. */
export async function confirm(
  asked: Asked,
  client: AdminClient,
  options: ConfirmOptions,
  io: Io,
): Promise<boolean> {
  if (asked.input['dryRun'] === true) return true;
  return isAgreed(asked.name, () => dialog(asked, client, io), options, io);
}

/** As `confirm`, with a cluster that is seen in another way than through a node. */
export function confirmChange(
  { name, input }: Asked,
  look: () => Promise<ChangeView>,
  options: ConfirmOptions,
  io: Io,
): Promise<boolean> {
  return isAgreed(name, async () => changeDialog(name, input, await look()), options, io);
}

async function isAgreed(
  name: VerbName,
  makeDialog: () => Promise<Dialog>,
  options: ConfirmOptions,
  io: Io,
): Promise<boolean> {
  const { danger } = VERBS[name];
  if (danger < ASKED_FOR) return true;
  const needed = [
    ...(options.yes === true ? [] : ['--yes']),
    ...(danger < MAY_LOSE || options.allowDataLoss === true ? [] : ['--allow-data-loss']),
  ];
  if (needed.length === 0) return true;
  if (!io.ask || options.yes === true) {
    const why = `im ${name} needs ${needed.join(' and ')} where nobody is asked`;
    throw new ImError('IM_ADMIN_INPUT', { why });
  }
  const { facts, question, answers } = await makeDialog();
  for (const line of facts) io.err(safeText(line));
  const given = (await io.ask(`${question} `)).trim().split(/\s+/).join(' ');
  if (answers.includes(given)) return true;
  io.err('Nothing was done.');
  return false;
}

interface Dialog {
  readonly facts: readonly string[];
  readonly question: string;
  readonly answers: readonly string[];
}

async function dialog(asked: Asked, client: AdminClient, io: Io): Promise<Dialog> {
  const { name, input } = asked;
  if (name === 'cluster switchover' || name === 'cluster takeover') {
    return changeDialog(name, input, await client.ask('cluster', {}));
  }
  const facts = await factsOf(asked, client, io);
  return { facts, question: `${VERBS[name].summary} Go on? [y/N]`, answers: ['y', 'Y', 'yes'] };
}

function factsOf(asked: Asked, client: AdminClient, io: Io): Promise<readonly string[]> {
  const { name } = asked;
  if (name === 'reload') return reloadFacts(client, io);
  return name.startsWith('dead-letter') ? aboutLetter(asked, client) : aboutSession(asked, client);
}

async function aboutLetter({ input }: Asked, client: AdminClient): Promise<readonly string[]> {
  const place = VERBS['dead-letter show'].input.parse(input);
  const { why, attempts, at, entry } = await client.ask('dead-letter show', place);
  const from = entry ? `, of ${entry.user} on ${entry.device},` : '';
  return [
    `${place.conversation} ${place.position}${from} was set aside at ${timeText(at)}`,
    `after ${attempts === 1 ? 'an attempt' : `${attempts} attempts`}: ${why}`,
  ];
}

type NodeSeen = Pick<ClusterNode, 'node' | 'state' | 'ready' | 'leaseLeftMs'>;

interface ChangeView extends Pick<ClusterView, 'name' | 'epoch'> {
  readonly active?: string | undefined;
  readonly nodes: readonly (NodeSeen & { readonly sessions?: number | undefined })[];
}

function changeDialog(name: VerbName, input: Asked['input'], view: ChangeView): Dialog {
  const { name: cluster, epoch, active, nodes } = view;
  const to = String(input['to']);
  const expected = Number(input['expectEpoch']);
  if (expected !== epoch) throw new ImError('IM_CLUSTER_EPOCH', { now: epoch, expected });
  const owner = nodes.find(({ node }) => node === active);
  const next = nodes.find(({ node }) => node === to);
  const standing = next ? `${next.state}, ${next.ready ? 'ready' : 'not ready'}` : 'not there';
  const lease = owner ? `, its lease runs ${durationText(Math.max(0, owner.leaseLeftMs))}` : '';
  const facts = [
    `Cluster ${cluster}, epoch ${epoch}: ${active ?? 'nobody'} is active${lease}.`,
    `${to} (${standing}) follows; ${owner?.sessions ?? 'its'} sessions reconnect there.`,
  ];
  if (name === 'cluster switchover') {
    return { facts, question: `Type the name of the node that follows:`, answers: [to] };
  }
  return {
    facts: [...facts, `${active ?? 'The last owner'} is not asked: what it still does is refused.`],
    question: 'Type the name of the cluster and the epoch:',
    answers: [`${cluster} ${epoch}`],
  };
}

async function reloadFacts(client: AdminClient, io: Io): Promise<readonly string[]> {
  const wouldBe: Reloaded = await client.ask('reload', { dryRun: true });
  const { changes, parts } = wouldBe;
  const settings = changes.length === 0 ? ['No setting has changed.'] : changeLines(changes, io);
  return [...settings, ...takenAnew(parts)];
}

async function aboutSession({ input }: Asked, client: AdminClient): Promise<readonly string[]> {
  const id = String(input['id']);
  const { rows } = await client.ask('sessions', { filter: id, limit: LIST_MAX });
  const found = rows.find((row) => row.id === id);
  if (!found) return [`There is no session ${id} now.`];
  const { user, device, address, unanswered, ageMs } = found;
  const age = durationText(ageMs);
  return [`${user} on ${device} from ${address}, for ${age}; ${unanswered} without an answer yet.`];
}
