/** `im status`, `im switchover`, `im takeover`: a cluster, through the store of its nodes. */
import type { ClusterStatus, NodeStatus } from '../core/admin/operator.ts';
import { returningText } from '../core/admin/returning.ts';
import { systemClock } from '../core/kernel/system.ts';
import type { ConfirmOptions } from './admin/confirm.ts';
import { lineOf } from './admin/values.ts';
import type { StoreChange } from './change-through-store.ts';
import { EXIT, type Io } from './io.ts';
import { jsonLine } from './json-line.ts';
import { report } from './report.ts';
import { table } from './table.ts';
import { watch } from './watch.ts';

interface StatusOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

interface ChangeOptions extends ConfirmOptions {
  readonly config: string;
  readonly to: string;
  readonly expectEpoch: string;
  readonly force?: boolean;
}

/** 0 if a node serves, 1 if nobody does. With `--watch` until it is interrupted. */
export async function status(options: StatusOptions, io: Io): Promise<number> {
  try {
    const { operate } = await import('../core/main.ts');
    return await operate(options.config, async (operator, { cluster }) => {
      const look = async (): Promise<number> => {
        const now = await operator.status();
        const name = cluster?.name ?? '';
        const asJson = (): string => jsonLine({ cluster: name, ...now });
        io.out(options.json === true ? asJson() : shown(name, now, io));
        return now.active === undefined ? EXIT.failed : EXIT.ok;
      };
      return options.watch === true ? watch(look, cluster?.beat ?? 0, options, io) : look();
    });
  } catch (error) {
    return report(error, io);
  }
}

export async function switchover(options: ChangeOptions, io: Io): Promise<number> {
  return change('cluster switchover', options, io);
}

export async function takeover(options: ChangeOptions, io: Io): Promise<number> {
  return change('cluster takeover', options, io);
}

async function change(verb: StoreChange['verb'], options: ChangeOptions, io: Io): Promise<number> {
  const expected = Number(options.expectEpoch);
  if (!Number.isSafeInteger(expected) || expected < 0) {
    io.err(`--expect-epoch must be the epoch that im status shows, not ${options.expectEpoch}`);
    return EXIT.usage;
  }
  try {
    const [{ operate }, { changeThroughStore }, { doneText }] = await Promise.all([
      import('../core/main.ts'),
      import('./change-through-store.ts'),
      import('../core/admin/done-text.ts'),
    ]);
    return await operate(options.config, async (operator, { node, cluster }) => {
      const { to, force = false } = options;
      const input = { to, expectEpoch: expected, force };
      const asked = { verb, input, cluster: cluster?.name ?? '', folder: node.data };
      const done = await changeThroughStore(operator, asked, options, systemClock(), io);
      if (!done) return EXIT.failed;
      io.out(doneText(verb, done) ?? '');
      return EXIT.ok;
    });
  } catch (error) {
    return report(error, io);
  }
}

function shown(
  name: string,
  { epoch, active, last, nodes, shards, switchover: change, problems, returning }: ClusterStatus,
  io: Io,
): string {
  const heads = [
    'node',
    'state',
    'shards',
    'lease',
    'priority',
    'sessions',
    'version',
    'addresses',
  ];
  const nobody = last === undefined ? 'NOBODY' : `NOBODY; ${last} was the last`;
  const lines = [
    lineOf(`cluster ${name}  epoch ${epoch}  shards ${shards}  active ${active ?? nobody}`),
    table(heads, nodes.map(rowOf), io),
  ];
  if (returning) lines.push(returningText(returning));
  if (change) {
    const { to, by, phase, why } = change;
    const because = why === undefined ? '' : `: ${why}`;
    lines.push(lineOf(`last planned change: to ${to}, asked by ${by}, ${phase}${because}`));
  }
  for (const { by, code, message, act } of problems) {
    const seen = by === undefined ? '' : ` seen by ${by}`;
    lines.push(lineOf(`PROBLEM${seen}: ${code} ${message}. ${act}`));
  }
  return lines.join('\n');
}

function rowOf({ node, state, ready, shards, leaseLeftMs, card }: NodeStatus): readonly string[] {
  const lease = leaseLeftMs > 0 ? `${(leaseLeftMs / 1_000).toFixed(1)} s` : 'over';
  const unfit = card === undefined ? 'not heard of' : 'not ready';
  const told = state === 'standby' && !ready ? `standby, ${unfit}` : state;
  const { priority, version, addresses } = card ?? {};
  // What it told last holds for as long as it lives.
  const sessions = state === 'gone' || state === 'over' ? undefined : card?.sessions;
  const texts = [priority, sessions, version].map((one) => (one === undefined ? '-' : String(one)));
  return [node, told, String(shards), lease, ...texts, addresses?.join(' ') ?? '-'];
}
