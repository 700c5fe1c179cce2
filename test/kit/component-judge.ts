/**
 * What every role's component must obey. Each role's own judge asks for it; see `Component` in the
 * contract.
 */
import assert from 'node:assert/strict';
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

/** What keeps this process alive, as a sorted list of kinds. */
function resources(): string {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== 'Immediate' && kind !== 'Timeout')
    .sort()
    .join(' ');
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

/** Resolves once no more is held than `before`: closing takes a few turns of the loop. */
async function released(before: string): Promise<void> {
  await until(() => resources() === before, `all that was started is given back (${before})`);
}

/** Judges start and stop. `make` is called once per test. */
export function judgeComponent(judged: ComponentCase): void {
  describe(`${judged.name} as a component`, () => {
    before(() => judged.prepare?.());
    after(() => judged.clean?.());

    it('creating has no effect', () => {
      const held = resources();
      const timersBefore = timers();
      judged.make();
      assert.equal(resources(), held, 'create opened something');
      assert.equal(timers(), timersBefore, 'create set a timer');
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
