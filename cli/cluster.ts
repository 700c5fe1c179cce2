/** `im status`, `im switchover`, `im takeover`: a cluster, through the store of its nodes. */
import { CHANGE_LIMIT_MS } from '../core/admin/desk/change.ts';
import type { ClusterStatus, NodeStatus } from '../core/admin/operator.ts';
import type { Input, VerbName } from '../core/admin/verbs.ts';
import { EXIT, type Io } from './io.ts';
import { recorded } from './recorded.ts';
import { report } from './report.ts';
import { table } from './table.ts';
import { watch } from './watch.ts';

interface StatusOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

interface ChangeOptions {
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
        const asJson = (): string => JSON.stringify({ cluster: name, ...now });
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
  return change('cluster switchover', options, io, (operator, asked) =>
    operator.switchover(asked, CHANGE_LIMIT_MS),
  );
}

export async function takeover(options: ChangeOptions, io: Io): Promise<number> {
  return change('cluster takeover', options, io, (operator, { force, ...asked }) =>
    operator.takeover(asked, force),
  );
}

type Operator = Parameters<Parameters<typeof import('../core/main.ts').operate>[1]>[0];

async function change(
  verb: VerbName,
  options: ChangeOptions,
  io: Io,
  act: (operator: Operator, asked: Input<'cluster takeover'>) => Promise<void>,
): Promise<number> {
  const expected = Number(options.expectEpoch);
  if (!Number.isSafeInteger(expected) || expected < 0) {
    io.err(`--expect-epoch must be the epoch that im status shows, not ${options.expectEpoch}`);
    return EXIT.usage;
  }
  try {
    const { operate } = await import('../core/main.ts');
    return await operate(options.config, async (operator, { node }) => {
      const { to, force = false } = options;
      const input = { to, expectEpoch: expected, force };
      await recorded(node.data, { verb, input }, io, () => act(operator, input));
      const { epoch } = await operator.status();
      io.out(`${options.to} owns the shards, epoch ${epoch}`);
      return EXIT.ok;
    });
  } catch (error) {
    return report(error, io);
  }
}

function shown(
  name: string,
  { epoch, active, last, nodes, shards, switchover: change, problems }: ClusterStatus,
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
    `cluster ${name}  epoch ${epoch}  shards ${shards}  active ${active ?? nobody}`,
    table(heads, nodes.map(rowOf), io),
  ];
  if (change) {
    const { to, by, phase, why } = change;
    const because = why === undefined ? '' : `: ${why}`;
    lines.push(`last planned change: to ${to}, asked by ${by}, ${phase}${because}`);
  }
  for (const { by, code, message, act } of problems) {
    const seen = by === undefined ? '' : ` seen by ${by}`;
    lines.push(`PROBLEM${seen}: ${code} ${message}. ${act}`);
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
