/**
 * Two sequencers by mistake: the real one once more, in a process of its own, on the register that
 * the node's own keeps its bound in. It takes the epoch, hands numbers out, and ends at some moment
 * without a word. Somebody starts the node again, which is fenced by then or will be: that takes
 * the epoch back.
 */
import { reasonOf, type Log, type Ordering, type Placing } from 'im-kernel/contract';
import { lendRegister } from '../../core/assembly/lend-register.ts';
import { orderingHost } from '../kit/ordering-bench.ts';
import { never } from '../kit/quiet-host.ts';
import { Life } from './life.ts';
import { orderingSettings } from './ordering-plan.ts';
import { Prng } from './prng.ts';
import type { RivalPlan } from './rival-plan.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** What it numbers is nobody's matter: it places, and keeps no entries. */
const PLACING: Placing = {
  conversation: 'g/rival',
  position: 1,
  user: 'rival',
  device: 'r1',
  number: 1,
  sentAt: 0,
  acceptedAt: 0,
};
const STANDING = { acceptedAt: 0 };
const noOrder = (): number => 0;
/** Another stream than those of the world, from the same seed. */
const STREAM = 0x41fa1;

export class RivalSequencer {
  readonly #world: World;
  readonly #node: SimNode;
  readonly #prng: Prng;
  #life: Life | undefined;
  /** It came, and nobody has started the node again since. */
  #owed = false;
  #over = false;

  constructor(world: World, node: SimNode) {
    const { rival, seed } = world.plan;
    this.#world = world;
    this.#node = node;
    this.#prng = new Prng(seed ^ STREAM);
    if (!rival) return;
    world.clock.after(rival.comesAtMs, 'rival', () => {
      if (!this.#over) this.#come(rival);
    });
  }

  /** It is gone, or does not come any more, and the node is put right. */
  end(): void {
    this.#over = true;
    this.#life?.end();
    this.#restartNode();
  }

  #come(plan: RivalPlan): void {
    const { clock, recorder } = this.#world;
    const life = new Life('rival', clock);
    this.#life = life;
    this.#owed = true;
    recorder.add({ type: 'numbered', numbers: [] });
    void this.#live(life, plan);
  }

  async #live(life: Life, plan: RivalPlan): Promise<void> {
    const { clock, situations } = this.#world;
    const prng = this.#prng.fork();
    const sequencer = await this.#start(life, prng).catch((error: unknown) => {
      this.#say(reasonOf(error));
      life.end();
      return undefined;
    });
    // Even where its start failed it may have taken the epoch: an answer can get lost.
    clock.after(prng.exponential(plan.restartMs), 'rival', () => this.#restartNode());
    if (!sequencer) return;
    situations.add('another sequencer came');
    life.after(prng.exponential(plan.staysMs), () => life.end());
    for (;;) {
      await new Promise<void>((resolve) => life.after(prng.exponential(plan.everyMs), resolve));
      await this.#handOut(sequencer, prng.between(1, plan.batchMax));
    }
  }

  async #handOut(sequencer: Ordering, count: number): Promise<void> {
    const batch = Array.from({ length: count }, () => PLACING);
    try {
      const numbers = await sequencer.place(batch, noOrder, () => STANDING);
      this.#world.recorder.add({ type: 'numbered', numbers });
    } catch (error) {
      this.#say(reasonOf(error));
    }
  }

  /** Rejects where its store is away. */
  async #start(life: Life, prng: Prng): Promise<Ordering> {
    const { shelf, plan } = this.#world;
    const { name, plugin, config } = orderingSettings(plan.ordering, plan.seed).group;
    const means = { name, clock: life.clock, random: prng.fork(), log: this.#log() };
    const store = shelf.open(life, prng.fork(), orderingHost(means));
    await store.start(never());
    const sequencer = plugin.create(config, orderingHost(means, lendRegister(store))) as Ordering;
    await sequencer.start(never());
    return sequencer;
  }

  #restartNode(): void {
    if (!this.#owed) return;
    this.#owed = false;
    this.#say('somebody starts the node again');
    void this.#node.stop().finally(() => this.#node.start());
  }

  #log(): Log {
    const say = (message: string): void => this.#say(message);
    const error: Log['error'] = (message, { code } = {}) => {
      if (code === 'IM_SEQUENCER_FENCED')
        this.#world.situations.add('another sequencer was fenced');
      this.#say(message);
    };
    return { debug: say, info: say, warn: say, error };
  }

  #say(text: string): void {
    this.#world.say('rival', text);
  }
}
