/** A client in the fake world, online if a test wants it so. */
import { connect } from '../../../client/connect.ts';
import type { Client } from '../../../client/client.ts';
import type { ClientError } from '../../../client/errors.ts';
import type { StateChange } from '../../../client/events.ts';
import type { ConnectOptions } from '../../../client/options.ts';
import type { Welcome } from '../../../core/wire/frames.ts';
import { FakeChance, FakeNet, FakeTime } from './fake-world.ts';

export interface Stage {
  readonly time: FakeTime;
  readonly chance: FakeChance;
  readonly net: FakeNet;
  readonly im: Client;
  readonly states: StateChange[];
  readonly errors: ClientError[];
  /** Waits for the next connection of the client, and says WELCOME on it. */
  readonly goOnline: (more?: Partial<Welcome>) => Promise<void>;
}

export function aClient(options: Partial<ConnectOptions> = {}, world?: FakeTime): Stage {
  const [time, chance, net] = [world ?? new FakeTime(), new FakeChance(), new FakeNet()];
  const im = connect({
    address: 'tcp://one:1',
    token: 't',
    device: 'd1',
    clock: time,
    random: chance,
    connector: net.connector,
    ...options,
  });
  const states: StateChange[] = [];
  const errors: ClientError[] = [];
  im.on('state', (change) => void states.push(change));
  im.on('error', (error) => void errors.push(error));
  const goOnline = async (more: Partial<Welcome> = {}): Promise<void> => {
    await time.settle();
    net.last.welcome(more);
    await time.settle();
  };
  return { time, chance, net, im, states, errors, goOnline };
}

export async function anOnlineClient(
  options: Partial<ConnectOptions> = {},
  welcome: Partial<Welcome> = {},
): Promise<Stage> {
  const stage = aClient(options);
  await stage.goOnline(welcome);
  return stage;
}
