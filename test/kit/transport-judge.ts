/**
 * Asks of a transport every sentence of `core/contract/transport.ts`, over real sockets. Time
 * alone is not real: the host's clock stands still until a test moves it.
 */
import assert from 'node:assert/strict';
import type { Transport, TransportHost } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, until } from './quiet-host.ts';
import { describe } from './runner.ts';
import type { TransportClient } from './transport-client.ts';
import { recordingHost, type RecordingEar, type RecordingHost } from './transport-host.ts';
import { judgeClosing } from './transport-judge-closing.ts';
import { judgeReload, type Reloads } from './transport-judge-reload.ts';
import { judgeFlow } from './transport-judge-flow.ts';

export interface TransportCase {
  readonly name: string;
  /** Makes a transport that was never started and will listen on a free port of this machine. */
  make(host: TransportHost): Transport;
  /** Connects to one of its addresses. */
  connect(address: string): Promise<TransportClient>;
  readonly framing: 'stream' | 'messages';
  /** Of one that has `reload`. */
  readonly reloads?: Reloads;
}

/** One started transport with its recording kernel. */
export interface Stage {
  readonly host: RecordingHost;
  readonly transport: Transport;
  /** A new client and the ear that hears it. */
  readonly join: () => Promise<{ client: TransportClient; ear: RecordingEar }>;
}
/**
 * Runs `act` on a started transport, stops that, and asks that the contract was kept towards every
 * ear.
 */
export type OnStage = (
  act: (stage: Stage) => Promise<void>,
  bounds?: { messageMaxBytes?: number; highWaterBytes?: number },
) => Promise<void>;

function stageFor(judged: TransportCase): OnStage {
  return async (act, bounds) => {
    const host = recordingHost(bounds);
    const transport = judged.make(host);
    const clients: TransportClient[] = [];
    await transport.start(never());
    const join = async (): Promise<{ client: TransportClient; ear: RecordingEar }> => {
      const client = await judged.connect(transport.addresses[0] ?? 'none');
      clients.push(client);
      const find = (): RecordingEar | undefined =>
        host.ears.find((ear) => ear.peer.address === client.address);
      await until(() => find() !== undefined, 'the kernel is told of the new peer');
      const ear = find();
      assert.ok(ear);
      return { client, ear };
    };
    try {
      await act({ host, transport, join });
    } finally {
      await transport.stop(never());
      for (const client of clients) client.reset();
    }
    await until(() => clients.every((client) => client.closed), 'all clients are gone');
    const open = host.ears.filter((ear) => ear.heard.at(-1) !== 'closed');
    assert.equal(open.length, 0, 'after stop every ear has heard closed, last');
    assert.deepEqual(
      host.ears.flatMap((ear) => ear.breaches),
      [],
    );
    assert.equal(host.clock.pending, 0, 'no timer outlives stop');
  };
}

/** Judges a transport plugin; over TLS or other framings, judge each as a case of its own. */
export function judgeTransport(judged: TransportCase): void {
  describe(`transport ${judged.name}`, () => {
    judgeComponent({
      name: judged.name,
      make: () =>
        judged.make({
          ...quietHost(),
          messageMaxBytes: 1_048_576,
          highWaterBytes: 262_144,
          open: () => assert.fail('nobody connects'),
        }),
    });
    const stage = stageFor(judged);
    judgeFlow(judged, stage);
    judgeClosing(judged, stage);
    if (judged.reloads) judgeReload(judged.reloads, stage);
  });
}
