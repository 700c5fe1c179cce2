/** The nodes of the simulated world: what each is called, and where it listens. */
import type { ListenAddress } from '../../core/contract/index.ts';
import type { Plan } from './plan.ts';

export interface NodePlace {
  readonly name: string;
  /** Who it is in the network and in the trace. */
  readonly actor: string;
  readonly address: string;
  /** Where other nodes hear it beat. */
  readonly link: ListenAddress;
  /** Lower goes first. */
  readonly priority: number;
}

const FIRST_PORT = 7_400;
const FIRST_LINK_PORT = 7_500;

/** One, unless the plan has a cluster. */
export function placesOf({ cluster }: Pick<Plan, 'cluster'>): readonly NodePlace[] {
  return Array.from({ length: cluster?.nodes ?? 1 }, (_, index) => ({
    name: `sim-${index + 1}`,
    actor: cluster ? `node-${index + 1}` : 'node',
    address: `tcp://127.0.0.1:${FIRST_PORT + index}`,
    link: { host: '127.0.0.1', port: FIRST_LINK_PORT + index },
    priority: index + 1,
  }));
}

/** What a client is told: all of them, each of its runs beginning with another one. */
export function addressesFor(plan: Pick<Plan, 'cluster'>, run: number): readonly string[] {
  const addresses = placesOf(plan).map(({ address }) => address);
  const at = run % addresses.length;
  return [...addresses.slice(at), ...addresses.slice(0, at)];
}
