/** What a registry of nodes must do; see `Registry` in the contract. */
import assert from 'node:assert/strict';
import { ImError, type Register, type Registry, type RegistryHost } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { memoryRegister, never, quietHost, until } from './quiet-host.ts';
import { after, afterEach, before, describe, it } from './runner.ts';

/** What lies behind the registry, in the judge's hands. */
export interface RegistryOutside {
  /** Works as it should; also what ends `vanishes` and `hangs`. */
  works(): Promise<void> | void;
  /** From now on nobody is there, and who was connected is cut off. */
  vanishes(): Promise<void> | void;
  /** From now on whoever is there says nothing. Absent: that cannot be. */
  hangs?(): Promise<void> | void;
}

export interface RegistryCase {
  readonly name: string;
  /**
   * Makes a registry that was never started: `plugin.create(config, host)`. What one of them is
   * told, all others list.
   */
  make(host: RegistryHost): Registry;
  /** Lent to all of them; absent: one in memory. */
  readonly register?: Register;
  /** Absent: there is nothing behind it that could fail. */
  readonly outside?: RegistryOutside;
  /** Before the first test, and after the last. */
  prepare?(): Promise<void> | void;
  clean?(): Promise<void> | void;
}

const CARD_MAX_BYTES = 16_384;
const LONG_MS = 60_000;
const SHORT_MS = 150;
/** Clocks of two machines, and expiry in whole ms, may differ by so much. */
const ROUGH_MS = 5;
/** What is told no more is listed no longer than this. */
const GONE_MAX_MS = 10_000;
const SETTLE_MAX_MS = 10_000;
/** After a trouble behind it, it works again within this. */
const RECOVER_MAX_MS = 15_000;

let made = 0;

/** Names that no test has used before, ascending in byte order. */
function names(count: number): string[] {
  made += 1;
  const run = String(made).padStart(4, '0');
  return Array.from({ length: count }, (_, at) => `im-${run}.${String(at).padStart(4, '0')}`);
}

const cardOf = (node: string): string => JSON.stringify({ node, addresses: ['tcp://h:1'] });

/** What is listed of these nodes. */
async function cardsOf(registry: Registry, nodes: readonly string[]): Promise<[string, string][]> {
  const listed = await registry.list();
  return listed.filter(({ node }) => nodes.includes(node)).map(({ node, card }) => [node, card]);
}

/** How the call ends; fails if that takes too long. */
async function endOf(what: string, call: () => Promise<unknown>): Promise<unknown> {
  let end: { readonly error: unknown } | undefined;
  void new Promise((resolve) => resolve(call())).then(
    () => (end = { error: undefined }),
    (error: unknown) => (end = { error }),
  );
  await until(() => end !== undefined, `the end of ${what}`, SETTLE_MAX_MS);
  return end?.error;
}

type With = (run: (registry: Registry, another: Registry) => Promise<void>) => Promise<void>;

/** Judges a registry: what it lists and for how long, what it does in trouble, and its life. */
export function judgeRegistry(judged: RegistryCase): void {
  const register = judged.register ?? memoryRegister();
  const make = (host = quietHost()): Registry => judged.make({ ...host, register });
  const withTwo: With = async (run) => {
    const [one, another] = [make(), make()];
    await Promise.all([one.start(never()), another.start(never())]);
    try {
      await run(one, another);
    } finally {
      await Promise.all([one.stop(never()), another.stop(never())]);
    }
  };
  describe(`${judged.name} as a registry`, () => {
    before(() => judged.prepare?.());
    after(() => judged.clean?.());
    describe('at work', () => atWork(withTwo));
    describe('in time', () => inTime(withTwo));
    const { outside } = judged;
    if (outside) describe('in trouble', () => inTrouble(outside, make, withTwo));
    judgeComponent({ name: judged.name, make: () => make() });
  });
}

function atWork(withTwo: With): void {
  it('lists for all what was told, by name in byte order, as it was told', () =>
    withTwo(async (one, another) => {
      const nodes = names(3);
      const extra = [`${nodes[0]}-x`, `${nodes[0]}Z`, `${nodes[0]}_`, nodes[0]!.toUpperCase()];
      const all = [...nodes, ...extra];
      for (const node of all.toReversed()) await one.announce(node, cardOf(node), LONG_MS);
      const sorted = all.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const right = sorted.map((node) => [node, cardOf(node)]);
      assert.deepEqual(await cardsOf(one, all), right);
      assert.deepEqual(await cardsOf(another, all), right);
    }));
  it('keeps the longest cards, of every kind of character', () =>
    withTwo(async (one, another) => {
      const [node = ''] = names(1);
      const odd = JSON.stringify({ odd: 'é 漢 😀 " \\ \n \u0000 $& {{}}', more: '' });
      const card = odd.replace('"more":""', `"more":"${'x'.repeat(CARD_MAX_BYTES)}`);
      const fits =
        Buffer.from(card)
          .subarray(0, CARD_MAX_BYTES - 2)
          .toString() + '"}';
      assert.equal(Buffer.byteLength(fits), CARD_MAX_BYTES);
      await one.announce(node, fits, LONG_MS);
      assert.deepEqual(await cardsOf(another, [node]), [[node, fits]]);
    }));
  it('lists a later card in place of the last, whoever told it', () =>
    withTwo(async (one, another) => {
      const [node = ''] = names(1);
      for (const [at, who] of [one, one, another, one].entries()) {
        await who.announce(node, `{"at":${at}}`, LONG_MS);
        assert.deepEqual(await cardsOf(another, [node]), [[node, `{"at":${at}}`]]);
      }
    }));
  it('lists no more what was withdrawn, and again what is told anew', () =>
    withTwo(async (one, another) => {
      const [node = '', other = ''] = names(2);
      await one.withdraw(node);
      for (let round = 0; round < 2; round += 1) {
        for (const told of [node, other]) await one.announce(told, cardOf(told), LONG_MS);
        assert.equal((await cardsOf(another, [node, other])).length, 2);
        await (round === 0 ? one : another).withdraw(node);
        await one.withdraw(node);
        assert.deepEqual(await cardsOf(another, [node, other]), [[other, cardOf(other)]]);
      }
    }));
  it('lists what many tell side by side', () =>
    withTwo(async (one, another) => {
      const nodes = names(40);
      const telling = nodes.map((node, at) =>
        (at % 2 === 0 ? one : another).announce(node, cardOf(node), LONG_MS),
      );
      await Promise.all([...telling, one.list(), another.list()]);
      assert.deepEqual(
        await cardsOf(one, nodes),
        nodes.map((node) => [node, cardOf(node)]),
      );
      await Promise.all(nodes.map((node) => one.withdraw(node)));
      assert.deepEqual(await cardsOf(another, nodes), []);
    }));
  it('settles what comes after its end', async () => {
    let kept: Registry | undefined;
    await withTwo(async (one) => void (kept = one));
    const [node = ''] = names(1);
    await endOf('a late telling', () => kept!.announce(node, cardOf(node), SHORT_MS));
    await endOf('a late listing', () => kept!.list());
    await endOf('a late withdrawal', () => kept!.withdraw(node));
  });
}

function inTime(withTwo: With): void {
  it('lists a card for its time at least, and not for ever', () =>
    withTwo(async (one, another) => {
      const [node = '', lasting = ''] = names(2);
      await one.announce(lasting, cardOf(lasting), LONG_MS);
      const from = performance.now();
      await one.announce(node, cardOf(node), SHORT_MS);
      let listed: string[][] = await cardsOf(another, [node]);
      assert.equal(listed.length, 1);
      await until(
        async () => {
          listed = await cardsOf(another, [node, lasting]);
          return listed.length === 1;
        },
        'it is listed no more',
        GONE_MAX_MS,
      );
      assert.ok(performance.now() - from >= SHORT_MS - ROUGH_MS, 'it was listed for its time');
      assert.deepEqual(listed, [[lasting, cardOf(lasting)]]);
      await one.announce(node, cardOf(node), LONG_MS);
      assert.equal((await cardsOf(another, [node])).length, 1);
    }));
  it('goes on listing the same card that is told again in time', () =>
    withTwo(async (one, another) => {
      const [node = ''] = names(1);
      const end = performance.now() + 3 * SHORT_MS;
      await another.list();
      await until(
        async () => {
          const from = performance.now();
          await one.announce(node, cardOf(node), SHORT_MS);
          const listed = await cardsOf(another, [node]);
          // A machine that stood still for so long has told too late.
          const late = performance.now() - from >= SHORT_MS - ROUGH_MS;
          assert.ok(late || listed.length === 1, 'it was taken off the list');
          return performance.now() > end;
        },
        'the end of three times its time',
        GONE_MAX_MS,
      );
    }));
}

/** It lists what it is told. */
async function recovered(registry: Registry): Promise<void> {
  const [node = ''] = names(1);
  const works = async (): Promise<boolean> => {
    try {
      await registry.announce(node, cardOf(node), LONG_MS);
      return (await cardsOf(registry, [node])).length === 1;
    } catch {
      return false;
    }
  };
  await until(works, 'that it works again', RECOVER_MAX_MS);
}

function isPassing(error: unknown): boolean {
  return error instanceof ImError && error.kind === 'passing';
}

function inTrouble(
  outside: RegistryOutside,
  make: (host?: ReturnType<typeof quietHost>) => Registry,
  withTwo: With,
): void {
  afterEach(() => outside.works());
  for (const trouble of ['vanishes', 'hangs'] as const) {
    if (!outside[trouble]) continue;
    it(`says that it is away while what is behind it ${trouble}, and works when it is back`, () =>
      withTwo(async (one) => {
        const [node = ''] = names(1);
        await recovered(one);
        await outside[trouble]?.();
        const calls = [
          () => one.announce(node, cardOf(node), LONG_MS),
          () => one.list(),
          () => one.withdraw(node),
        ];
        for (const call of calls) {
          const error = await endOf(`a call while it ${trouble}`, call);
          assert.ok(isPassing(error), `no passing error, but ${String(error)}`);
        }
        await outside.works();
        await recovered(one);
      }));
    it(`starts and stops although what is behind it ${trouble}`, async () => {
      await outside[trouble]?.();
      const registry = make();
      try {
        assert.equal(await endOf('the start', () => registry.start(never())), undefined);
        await outside.works();
        await recovered(registry);
      } finally {
        await registry.stop(never());
      }
    });
  }
  if (!outside.hangs) return;
  it('stops in the middle of a listing that nobody answers', async () => {
    const registry = make();
    await registry.start(never());
    await outside.hangs?.();
    const listing = endOf('a listing', () => registry.list());
    await registry.stop(never());
    await listing;
  });
}
