/** What a cache of answers must do; see `AnswerCache` in the contract. */
import assert from 'node:assert/strict';
import type { AnswerCache, Host, Remembered } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, until } from './quiet-host.ts';
import { after, afterEach, before, describe, it } from './runner.ts';

/** What lies behind the cache, in the judge's hands. */
export interface AnswersOutside {
  /** Works as it should; also what ends `vanishes` and `hangs`. */
  works(): Promise<void> | void;
  /** From now on nobody is there, and who was connected is cut off. */
  vanishes(): Promise<void> | void;
  /** From now on whoever is there says nothing. */
  hangs(): Promise<void> | void;
}

export interface AnswersCase {
  readonly name: string;
  /** Makes a cache that was never started: `plugin.create(config, host)`. */
  make(host: Host): AnswerCache;
  /** Absent: there is nothing behind it that could fail. */
  readonly outside?: AnswersOutside;
  /** True: what one remembers, another made by `make` knows. */
  readonly shared?: boolean;
  /** Before the first test, and after the last. */
  prepare?(): Promise<void> | void;
  clean?(): Promise<void> | void;
}

const KEY_MAX_CHARS = 400;
const VALUE_MAX_CHARS = 160;
/** Whatever happens behind it, a call settles and a start ends within this. */
const SETTLE_MAX_MS = 10_000;
/** After a trouble behind it, it works again within this. */
const RECOVER_MAX_MS = 15_000;

let made = 0;

/** Of keys that no test has used before; they look like those of the kernel. */
function pairs(count: number): Remembered[] {
  return Array.from({ length: count }, () => {
    made += 1;
    const key = `0199a0b1-c2d3-4e4f-8a9b-00000000${process.pid} d/ann/bob@x ann phone ${made}`;
    return { key, value: `1 0199a0b1-c2d3-7e4f-8a9b-000000000007 ${made} ${made} 1 a_-${made}` };
  });
}

const keysOf = (list: readonly Remembered[]): string[] => list.map(({ key }) => key);
const valuesOf = (list: readonly Remembered[]): string[] => list.map(({ value }) => value);

/** Whether the call comes to an end, of either kind; fails if that takes too long. */
async function settles(what: string, call: () => Promise<unknown>): Promise<void> {
  let settled = false;
  const end = (): void => void (settled = true);
  void new Promise((resolve) => resolve(call())).then(end, end);
  await until(() => settled, `the end of ${what}`, SETTLE_MAX_MS);
}

type With = (run: (cache: AnswerCache) => Promise<void>) => Promise<void>;

/** Judges a cache of answers: what it knows, what it does in trouble, and its life. */
export function judgeAnswers(judged: AnswersCase): void {
  const withCache: With = async (run) => {
    const cache = judged.make(quietHost());
    await cache.start(never());
    try {
      await run(cache);
    } finally {
      await cache.stop(never());
    }
  };
  describe(`${judged.name} as a cache of answers`, () => {
    before(() => judged.prepare?.());
    after(() => judged.clean?.());
    describe('at work', () => atWork(withCache));
    if (judged.shared === true) describe('shared', () => shared(judged, withCache));
    const { outside } = judged;
    if (outside) describe('in trouble', () => inTrouble(judged, outside, withCache));
    judgeComponent({ name: judged.name, make: () => judged.make(quietHost()) });
  });
}

function atWork(withCache: With): void {
  it('knows what it was told, in the sequence of the keys, and nothing of the others', () =>
    withCache(async (cache) => {
      const [a, b, c, d] = pairs(4) as [Remembered, Remembered, Remembered, Remembered];
      await cache.remember([a, b, c]);
      const found = await cache.recall([c.key, d.key, a.key, c.key, b.key]);
      assert.deepEqual([...found], [c.value, undefined, a.value, c.value, b.value]);
      assert.deepEqual([...(await cache.recall([d.key]))], [undefined]);
    }));
  it('answers no keys with no values, and keeps no pairs', () =>
    withCache(async (cache) => {
      assert.deepEqual([...(await cache.recall([]))], []);
      await cache.remember([]);
    }));
  it('keeps the longest keys and values, of every printable character, as they are', () =>
    withCache(async (cache) => {
      const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at));
      const [{ key }] = pairs(1) as [Remembered];
      const value = ascii.padEnd(VALUE_MAX_CHARS, '~');
      const long = [`${key} ${ascii}`.padEnd(KEY_MAX_CHARS, 'x'), `${key} `.padEnd(399, 'x')];
      const [big, small] = [
        { key: long[0]!, value },
        { key: long[1]!, value: 'A' },
      ];
      await cache.remember([big, small]);
      const other = big.key.replace('A', 'a');
      const found = await cache.recall([big.key, small.key, other]);
      assert.deepEqual([...found], [value, 'A', undefined]);
    }));
  it('keeps what comes later under a key, over what was there', () =>
    withCache(async (cache) => {
      const [one] = pairs(1) as [Remembered];
      await cache.remember([one]);
      await cache.remember([{ ...one, value: 'another' }]);
      assert.deepEqual([...(await cache.recall([one.key]))], ['another']);
    }));
  it('tells questions apart that are asked side by side', () =>
    withCache(async (cache) => {
      const sets = [pairs(3), pairs(1), pairs(5)];
      await Promise.all(sets.map((set) => cache.remember(set)));
      const found = await Promise.all(sets.map((set) => cache.recall(keysOf(set))));
      assert.deepEqual(
        found.map((values) => [...values]),
        sets.map(valuesOf),
      );
    }));
  it('takes a large batch, and a large question', () =>
    withCache(async (cache) => {
      const many = pairs(2_000);
      await cache.remember(many);
      const found = await cache.recall(keysOf(many));
      assert.equal(found.length, many.length);
      // It may have forgotten some; what it knows must be right.
      for (const [at, value] of found.entries()) {
        if (value !== undefined) assert.equal(value, many[at]?.value);
      }
    }));
  it('settles what comes after its end', async () => {
    let kept: AnswerCache | undefined;
    await withCache(async (cache) => void (kept = cache));
    const late = pairs(1);
    await settles('a late question', () => kept!.recall(keysOf(late)));
    await settles('late pairs', () => kept!.remember(late));
  });
}

function shared(judged: AnswersCase, withCache: With): void {
  it('knows what another one was told, and goes on knowing when that one has ended', async () => {
    const list = pairs(3);
    await withCache(async (cache) => {
      await cache.remember(list);
      const second = judged.make(quietHost());
      await second.start(never());
      assert.deepEqual([...(await second.recall(keysOf(list)))], valuesOf(list));
      await second.stop(never());
    });
    await withCache(async (cache) => {
      assert.deepEqual([...(await cache.recall(keysOf(list)))], valuesOf(list));
    });
  });
}

/** It keeps and knows again. */
async function recovered(cache: AnswerCache): Promise<void> {
  const works = async (): Promise<boolean> => {
    const list = pairs(2);
    try {
      await cache.remember(list);
      const found = await cache.recall(keysOf(list));
      return found.every((value, at) => value === list[at]?.value);
    } catch {
      return false;
    }
  };
  await until(works, 'that it works again', RECOVER_MAX_MS);
}

function inTrouble(judged: AnswersCase, outside: AnswersOutside, withCache: With): void {
  afterEach(() => outside.works());

  for (const trouble of ['vanishes', 'hangs'] as const) {
    it(`settles every call while what is behind it ${trouble}, and works when it is back`, () =>
      withCache(async (cache) => {
        await recovered(cache);
        await outside[trouble]();
        const list = pairs(3);
        for (let time = 0; time < 3; time += 1) {
          await settles('a question', () => cache.recall(keysOf(list)));
          await settles('pairs to keep', () => cache.remember(list));
        }
        await outside.works();
        await recovered(cache);
      }));
    it(`starts and stops although what is behind it ${trouble}, and says so`, async () => {
      await outside[trouble]();
      const host = quietHost();
      const cache = judged.make(host);
      try {
        await settles('the start', () => cache.start(never()));
        assert.equal(host.reports.at(-1)?.state, 'degraded');
        await outside.works();
        await recovered(cache);
        assert.equal(host.reports.at(-1)?.state, 'running');
      } finally {
        await cache.stop(never());
      }
    });
  }
  it('stops in the middle of a question that nobody answers', async () => {
    const cache = judged.make(quietHost());
    await cache.start(never());
    await outside.hangs();
    const asked = settles('a question', () => cache.recall(keysOf(pairs(1))));
    await cache.stop(never());
    await asked;
  });
}
