/** Guards and consumers for the stage, made of one function each. */
import type {
  AnyPlugin,
  Attempt,
  Component,
  Consumer,
  Entry,
  Guard,
  Role,
} from 'im-kernel/contract';
import type { ConsumerSettings, GuardSettings } from '../../core/config/role-settings.ts';
import type { ConsumerInstance, GuardInstance, Instance } from '../../core/config/settings.ts';
import type { Stage } from './stage.ts';

const done = Promise.resolve();

export function instance(role: Role, name: string, made: object): Omit<Instance, 'added'> {
  const plugin: AnyPlugin = {
    contract: 1,
    role,
    type: name,
    summary: 'For a test.',
    stability: 'experimental',
    config: {},
    create: (): Component => ({ start: () => done, stop: () => done, ...made }),
  };
  return { name, role, type: name, plugin, config: {} };
}

export function aGuard(
  name: string,
  look: Guard['look'],
  settings: Partial<GuardSettings> = {},
): GuardInstance {
  const added: GuardSettings = { timeLimit: 100, onFailure: 'refuse', ...settings };
  return { ...instance('guard', name, { look }), added };
}

export function aConsumer(
  name: string,
  consume: Consumer['consume'],
  settings: Partial<ConsumerSettings> = {},
): ConsumerInstance {
  const usual: ConsumerSettings = {
    from: 'now',
    timeLimit: 30_000,
    tries: 10,
    retryFrom: 200,
    retryMax: 60_000,
    concurrency: 4,
  };
  return { ...instance('consumer', name, { consume }), added: { ...usual, ...settings } };
}

/** A consumer that notes what it is handed, and fails as often as it is told. */
export class Notebook {
  /** `conversation position attempt`, one for each call. */
  readonly calls: string[] = [];
  readonly entries: Entry[] = [];
  /** Called before an entry is taken: throw to fail. */
  trouble: (entry: Entry, about: Attempt) => Promise<void> | void = () => undefined;

  readonly consume = async (entry: Entry, about: Attempt): Promise<void> => {
    this.calls.push(`${entry.conversation} ${entry.position} ${about.attempt}`);
    await this.trouble(entry, about);
    this.entries.push(entry);
  };

  get taken(): readonly string[] {
    return this.entries.map(({ conversation, position }) => `${conversation} ${position}`);
  }
}

/** A counter's label, or a gauge, of one instance. */
export function measured(stage: Stage, instanceName: string, name: string, label?: string): number {
  const found = stage.node.metrics
    .snapshot()
    .find((one) => one.name === name && one.instance === instanceName);
  if (found?.kind === 'counter') return label ? (found.labels[label] ?? 0) : found.value;
  return found?.kind === 'gauge' ? found.value : NaN;
}

/** How a part is, in a word and its reason. */
export function healthOf(stage: Stage, part: string): string {
  const found = stage.node.states().find(({ name }) => name === part);
  return found?.why === undefined ? `${found?.state}` : `${found.state}: ${found.why}`;
}
