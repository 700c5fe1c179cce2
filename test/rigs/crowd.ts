/** Very many plain TCP connections from this process, and what came back on each. */
import { connect, type Socket } from 'node:net';
import { FrameDecoder } from '../../core/wire/frame-decoder.ts';

/** Below the usual backlog of a listener, so that none is refused by the system. */
const atOnce = 200;
const errorFrameMaxBytes = 1_024;

interface CrowdOptions {
  readonly address: string;
  readonly size: number;
  /** Said by each, right after connecting. */
  readonly say?: (index: number) => Uint8Array | undefined;
}

/** Connects them all. `ended` resolves when the last is closed, to how many ERRORs of each code. */
export async function gather(options: CrowdOptions): Promise<{
  readonly ended: Promise<ReadonlyMap<string, number>>;
  readonly disperse: () => void;
}> {
  const { hostname, port } = new URL(options.address);
  const codes = new Map<string, number>();
  const sockets: Socket[] = [];
  const closed: Promise<void>[] = [];
  const join = (index: number): Promise<void> => {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    closed.push(new Promise((resolve) => void socket.on('close', () => resolve())));
    listen(socket, (code) => codes.set(code, (codes.get(code) ?? 0) + 1));
    const words = options.say?.(index);
    if (words) socket.write(words);
    return new Promise((resolve, reject) => {
      socket.on('connect', () => resolve());
      socket.on('error', reject);
    });
  };
  for (let first = 0; first < options.size; first += atOnce) {
    const count = Math.min(atOnce, options.size - first);
    await Promise.all(Array.from({ length: count }, (_, i) => join(first + i)));
  }
  return {
    ended: Promise.all(closed).then(() => codes),
    disperse: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads ERRORs; a connection that was ended without one counts as `none`. */
function listen(socket: Socket, told: (code: string) => void): void {
  const settings = {
    from: 'server',
    framing: 'stream',
    maxFrameBytes: errorFrameMaxBytes,
  } as const;
  const decoder = new FrameDecoder(settings);
  let code = 'none';
  socket.on('data', (bytes) => {
    decoder.push(bytes);
    for (let frame = decoder.next(); frame; frame = decoder.next())
      if (frame.type === 'error') ({ code } = frame);
  });
  socket.on('close', () => told(code));
}
