/**
 * One device of a user: the real SDK in each of its runs, and the memory that lies between them.
 */
import type { ActFields } from '../../client/groups.ts';
import type { Client } from '../../client/client.ts';
import type { CommandHandle } from '../../client/command-handle.ts';
import { ClientError, RefusedError } from '../../client/errors.ts';
import type { ActEntry, EntryHead, Message } from '../../client/events.ts';
import { connect } from '../../client/index.ts';
import type { Actor, SeenEntry } from './history.ts';
import { Life } from './life.ts';
import type { DevicePlan } from './plan.ts';
import { addressesFor } from './node-place.ts';
import { lossy } from './lossy.ts';
import { simConnector } from './sim-connector.ts';
import { DeviceMemory } from './sim-outbox.ts';
import { WireTap } from './wire-tap.ts';
import type { World } from './world.ts';

/** What a device is asked to do: a message, or an act with its fields. */
export type Wish =
  | { readonly to: string; readonly text: string }
  | { readonly to: string; readonly action: string; readonly fields: ActFields };

function sightingOf(entry: Pick<SeenEntry, 'conversation' | 'position' | 'id' | 'acceptedAt'>) {
  return `${entry.conversation} ${entry.position} ${entry.id} ${entry.acceptedAt}`;
}

function seenOf(head: EntryHead, rest: Partial<SeenEntry>): SeenEntry {
  const { conversation, position, order, id, from, device, acceptedAt } = head;
  const who = { user: from, device, number: 0, acceptedAt };
  const empty = { kind: 'message', body: '', users: [], title: '' };
  return { conversation, position, order, id, ...who, ...empty, ...rest };
}

/** One process of the client. */
interface Run {
  readonly actor: Actor;
  readonly life: Life;
  readonly client: Client;
  readonly watched: Set<string>;
  /** The store's history, as the SDK knows it. */
  log: string;
  /**
   * Under which log each entry came: what waits to be shown is still shown after a new log began.
   */
  readonly cameUnder: Map<string, string>;
  /** The highest position of this log that was shown, by conversation. */
  readonly shown: Map<string, number>;
}

export class SimDevice {
  readonly plan: DevicePlan;
  readonly actor: string;
  readonly #world: World;
  #memory = new DeviceMemory();
  #run: Run | undefined;
  /** Every run that may still be alive; twice started, a device has two. */
  readonly #alive = new Set<Run>();
  #runs = 0;
  #handlerMs: number;

  constructor(world: World, plan: DevicePlan) {
    this.#world = world;
    this.plan = plan;
    this.#handlerMs = plan.handlerMs;
    this.actor = `${plan.user}/${plan.device}`;
  }

  get life(): Life | undefined {
    return this.#run?.life.alive === true ? this.#run.life : undefined;
  }

  get client(): Client | undefined {
    return this.life === undefined ? undefined : this.#run?.client;
  }

  /** Whether it has come yet. */
  get begun(): boolean {
    return this.#runs > 0;
  }

  /** Starts the client, if it does not run; or calls off a crash that has not come yet. */
  start(): void {
    const life = this.life;
    if (life !== undefined) life.endAfter(Infinity);
    else if (this.#world.clock.nowMs >= this.plan.comesAtMs) this.#start();
  }

  crash(forgets: boolean, silent: boolean): void {
    this.#armed(forgets, silent);
    this.life?.end();
  }

  crashWithin(acts: number, forgets: boolean, silent: boolean): void {
    this.#armed(forgets, silent);
    this.life?.endAfter(acts);
  }

  /** A second process of the same device, which knows nothing of the first. */
  startTwice(): void {
    if (this.life === undefined) return;
    this.#memory = new DeviceMemory();
    this.#start();
  }

  /** The application handles without a delay from now on, or a long backlog would take too long. */
  quicken(): void {
    this.#handlerMs = 0;
  }

  /**
   * Ends every process of the device but the newest: two that live on would replace each other for
   * ever.
   */
  endOlder(): void {
    for (const run of this.#alive) if (run !== this.#run) this.#end(run);
  }

  /** Hands a command in; false if the client does not run. */
  invoke(wish: Wish): boolean {
    const run = this.#run;
    if (run?.life.alive !== true) return false;
    try {
      const isText = 'text' in wish;
      const handle = isText
        ? run.client.send(wish.to, wish.text)
        : run.client.act(wish.to, wish.action, wish.fields);
      const { id, conversation = wish.to } = handle;
      const kind = isText ? 'message' : wish.action;
      const { user: users = [], title = '' } = isText ? {} : wish.fields;
      const body = isText ? wish.text : '';
      const what = { id, conversation, kind, body, users, title };
      this.#world.recorder.add({ type: 'invoked', ...run.actor, ...what });
      this.#watch(run, handle);
      return true;
    } catch (error) {
      if (error instanceof ClientError) return false;
      throw error;
    }
  }

  /** Marks what it was shown last in some conversation as read. */
  read(pick: (conversations: readonly string[]) => string): void {
    const run = this.#run;
    if (run?.life.alive !== true || run.shown.size === 0) return;
    const conversation = pick([...run.shown.keys()]);
    run.client.read(conversation, run.shown.get(conversation) ?? 0);
  }

  #armed(forgets: boolean, silent: boolean): void {
    const run = this.#run;
    if (run?.life.alive !== true) return;
    run.life.onEnd(() => {
      const { network, recorder, situations } = this.#world;
      network.died(run.life, silent);
      recorder.add({ type: 'crashed', ...run.actor });
      situations.add(forgets ? 'client lost its memory' : 'client kept its memory');
      if (forgets) this.#memory = new DeviceMemory();
    });
  }

  #end(run: Run): void {
    run.life.end();
    this.#world.network.died(run.life, false);
    this.#world.recorder.add({ type: 'crashed', ...run.actor });
  }

  #start(): void {
    const [world, plan] = [this.#world, this.plan];
    this.#runs += 1;
    const { user, device, outboxMs: writeMs } = plan;
    const actor = { user, device, run: this.#runs };
    const life = new Life(this.actor, world.clock, plan.wallSkewMs);
    const prng = world.prng.fork();
    const parts = { life, prng, situations: world.situations, writeMs };
    world.recorder.add({ type: 'started', ...actor, kept: this.#memory.state.user !== undefined });
    if (this.#runs === 1 && plan.comesAtMs > 0) world.situations.add('device that came later');
    const client = connect({
      address: addressesFor(world.plan, this.#runs),
      token: user,
      user,
      device,
      clock: life.clock,
      random: prng,
      outbox: this.#memory.outbox(parts),
      connector: this.#connector(life, () => run),
      limits: world.readings.limits,
    });
    world.readings.follow(actor, this.#memory);
    const run: Run = {
      actor,
      life,
      client,
      watched: new Set(),
      log: '',
      cameUnder: new Map(),
      shown: new Map(),
    };
    this.#run = run;
    this.#alive.add(run);
    life.onEnd(() => void this.#alive.delete(run));
    this.#listen(run);
  }

  #connector(life: Life, runOf: () => Run) {
    const { network, situations, recorder, prng } = this.#world;
    const { dropDeliveries = 0 } = this.#world.options;
    return simConnector({
      network,
      life,
      situations,
      spoil: dropDeliveries === 0 ? undefined : () => lossy(prng.fork(), dropDeliveries),
      tap: (link) => {
        const run = runOf();
        return new WireTap({
          session: link.name,
          life: link.lifeNumber,
          actor: run.actor,
          recorder,
          situations,
          welcomed: ({ log }) => {
            run.log ||= log;
          },
          arrived: (delivery, log) => {
            const key = sightingOf(delivery);
            if (!run.cameUnder.has(key)) run.cameUnder.set(key, log);
          },
        });
      },
    });
  }

  #listen(run: Run): void {
    const { client } = run;
    const shown = this.#shown.bind(this, run);
    client.on('message', (message: Message) =>
      shown(seenOf(message, { body: Buffer.from(message.body).toString('utf8') }), message.late),
    );
    client.on('act', ({ action, users, title = '', ...head }: ActEntry) =>
      shown(seenOf(head, { kind: action, users, title }), head.late),
    );
    client.on('log-changed', ({ log }) => {
      run.log = log;
      run.shown.clear();
      this.#world.situations.add('log changed');
    });
    client.on('state', ({ state, reason = '' }) => {
      this.#world.say(this.actor, `run ${run.actor.run} is ${state} ${reason}`);
      if (state === 'online') for (const handle of client.unanswered) this.#watch(run, handle);
      // Replaced by a later process of the device: this one has nothing more to do.
      if (state === 'closed') this.#end(run);
    });
    client.on('error', (error) => this.#world.say(this.actor, `${error.code} ${error.message}`));
  }

  /** The application's handler. */
  #shown(run: Run, entry: SeenEntry, late: boolean): Promise<void> | undefined {
    const { recorder, prng } = this.#world;
    const log = run.cameUnder.get(sightingOf(entry)) ?? run.log;
    const event = { ...run.actor, log, entry };
    if (!run.life.alive) return undefined;
    recorder.add({ type: 'shown', ...event, ...(late ? { late } : {}) });
    if (log === run.log) run.shown.set(entry.conversation, entry.position);
    const done = (): void => recorder.add({ type: 'handled', ...event });
    if (this.#handlerMs === 0) {
      done();
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    run.life.after(prng.exponential(this.#handlerMs), () => {
      done();
      resolve();
    });
    return promise;
  }

  #watch(run: Run, handle: CommandHandle): void {
    const { id } = handle;
    if (run.watched.has(id)) return;
    run.watched.add(id);
    const tell = (state: 'accepted' | 'refused', position: number, code: string): void => {
      if (!run.life.alive) return;
      const { conversation = '' } = handle;
      const what = { id, log: run.log, conversation, state, position, code };
      this.#world.recorder.add({ type: 'outcome', ...run.actor, ...what });
    };
    const { refusedAfterMs } = this.#world.options;
    if (refusedAfterMs !== undefined)
      run.life.after(refusedAfterMs, () => {
        if (handle.state === 'pending') tell('refused', 0, 'timed-out');
      });
    handle.accepted.then(
      ({ position }) => tell('accepted', position, ''),
      (error: unknown) => {
        if (error instanceof RefusedError) tell('refused', 0, error.code);
      },
    );
  }
}
