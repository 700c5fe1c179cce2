/** The part of the transport's judge that asks what a reload does, of those that have one. */
import assert from 'node:assert/strict';
import { never } from './quiet-host.ts';
import { describe, it } from './runner.ts';
import { echo, roundTrip } from './transport-judge-flow.ts';
import type { OnStage } from './transport-judge.ts';

/** Settings for `Transport.reload`. */
export interface Reloads {
  /** It can serve with these. */
  readonly good: Readonly<Record<string, unknown>>;
  /** It cannot: such as a certificate that is not there. */
  readonly bad: Readonly<Record<string, unknown>>;
}

export function judgeReload({ good, bad }: Reloads, onStage: OnStage): void {
  describe('when its settings change', () => {
    it('keeps its connections, whether it switches over or not', () =>
      onStage(async ({ transport, join }) => {
        const old = await join();
        echo(old.ear);
        const { addresses } = transport;
        const switchOver = await transport.reload?.(good, never());
        assert.ok(switchOver, 'there is something to switch over to');
        await roundTrip(old.client, 1);
        switchOver();
        await roundTrip(old.client, 1);
        const young = await join();
        echo(young.ear);
        await roundTrip(young.client, 1);
        assert.equal(old.ear.count('closed'), 0);
        assert.deepEqual(transport.addresses, addresses);
      }));

    it('rejects what it cannot serve with, and goes on as it was', () =>
      onStage(async ({ transport, join }) => {
        const old = await join();
        echo(old.ear);
        await assert.rejects(async () => transport.reload?.(bad, never()));
        const young = await join();
        echo(young.ear);
        await roundTrip(old.client, 1);
        await roundTrip(young.client, 1);
      }));

    it('rejects when nobody waits any longer', () =>
      onStage(async ({ transport }) => {
        await assert.rejects(async () => transport.reload?.(good, AbortSignal.abort()));
      }));
  });
}
