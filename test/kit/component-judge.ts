/**
 * What every role's component must obey. Each role's own judge asks for it; see `Component` in the
 * contract.
 */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Component } from 'im-kernel/contract';
import { never, until } from './quiet-host.ts';
import { after, before, describe, it } from './runner.ts';

export interface ComponentCase<C extends Component = Component> {
  readonly name: string;
  /**
   * Makes a component that was never started, on the same files and settings each time.
   * Synchronous.
   */
  make(): C;
  /** Before the first test: what the component expects to find, such as a folder. */
  prepare?(): Promise<void> | void;
  /** After the last test. */
  clean?(): Promise<void> | void;
}

/**
 * Closing takes some turns of the loop, on a busy machine too; what is held longer is held for
 * good.
 */
const releaseMaxMs = 3_000;

type Held = ReadonlyMap<string, number>;

/** What keeps this process alive, counted by kind. */
function resources(): Held {
  const held = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    // A test runner has both of its own, at its own times.
    if (kind === 'Immediate' || kind === 'Timeout') continue;
    held.set(kind, (held.get(kind) ?? 0) + 1);
  }
  return held;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/** What is held beyond `before`, by kind. */
function grown(before: Held): string[] {
  const now = [...resources()];
  return now.filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}

/** Resolves once no more is held than `before`. */
async function released(before: Held): Promise<void> {
  await until(() => grown(before).length === 0, 'all is given back', releaseMaxMs).catch(() => {
    assert.deepEqual(grown(before), [], 'something that was started outlives the stop');
  });
}

/** Judges start and stop. `make` is called once per test. */
export function judgeComponent(judged: ComponentCase): void {
  describe(`${judged.name} as a component`, () => {
    before(() => judged.prepare?.());
    after(() => judged.clean?.());

    it('creating has no effect', async () => {
      const held = resources();
      const timersBefore = timers();
      judged.make();
      assert.equal(timers(), timersBefore, 'create set a timer');
      // What is opened by a name or an address shows a little later.
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      assert.deepEqual(grown(held), [], 'create opened something');
    });

    it('stops without ever having been started, twice', async () => {
      const held = resources();
      const component = judged.make();
      await component.stop(never());
      await component.stop(never());
      await released(held);
    });

    it('starts, stops, and stops again, and gives everything back', async () => {
      const held = resources();
      const component = judged.make();
      await component.start(never());
      await component.stop(never());
      await component.stop(never());
      await released(held);
    });

    it('starts again as a new component after the old one stopped', async () => {
      const held = resources();
      for (let round = 0; round < 2; round += 1) {
        const component = judged.make();
        await component.start(never());
        await component.stop(never());
      }
      await released(held);
    });

    it('leaves nothing behind when its start is aborted', async () => {
      const held = resources();
      for (const abortFirst of [true, false]) {
        const component = judged.make();
        const controller = new AbortController();
        if (abortFirst) controller.abort();
        const starting = component.start(controller.signal);
        controller.abort();
        await starting.catch(() => undefined);
        await component.stop(never());
      }
      await released(held);
    });

    it('stops under a deadline that has already passed', async () => {
      const held = resources();
      const component = judged.make();
      await component.start(never());
      await component.stop(AbortSignal.abort());
      await component.stop(never());
      await released(held);
    });
  });
}
