/**
 * The one place that knows how the system's probes are set. Node sets the idle time, the interval
 * and the count from 24.19 on; `net-keepalive` does it before that, and is the only way to
 * TCP_USER_TIMEOUT. A platform that cannot have it works on without: the protocol's own PING finds
 * dead peers too, only later.
 */
import { Socket } from 'node:net';
import { report as ofNode } from 'node:process';
import { reasonOf, type Log } from 'im-kernel/contract';

export interface KeepAliveSettings {
  readonly idle: number;
  readonly interval: number;
  readonly probes: number;
  /** 0: off. */
  readonly userTimeout: number;
}
export type KeepAlive = (socket: Socket) => void;
type Native = typeof import('net-keepalive');
/** Node's types do not know it. */
type Report = NodeJS.ProcessReport & { excludeNetwork: boolean };

const NODE_SETS_ALL = Socket.prototype.setKeepAlive.length >= 4;

function probe(socket: Socket, settings: KeepAliveSettings, native: Native | undefined): void {
  const { idle, interval, probes } = settings;
  if (NODE_SETS_ALL) {
    socket.setKeepAlive({ enable: true, initialDelay: idle, interval, count: probes });
    return;
  }
  socket.setKeepAlive(true, idle);
  native?.setKeepAliveInterval(socket, interval);
  native?.setKeepAliveProbes(socket, probes);
}

/**
 * On loading it asks Node for a report of the process, and that has the name of every peer that is
 * connected, the database too: looked up one by one, while everything stands still, for minutes
 * where no DNS answers. So such reports are without the network for so long.
 */
async function loadOnce(): Promise<Native> {
  const report = ofNode as Report;
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  try {
    const module = (await import('net-keepalive')) as Native & { default?: Native };
    return module.default ?? module;
  } finally {
    report.excludeNetwork = excludeNetwork;
  }
}

let loading: Promise<Native> | undefined;

function loadNative(): Promise<Native> {
  loading ??= loadOnce();
  return loading;
}

/** What goes wrong is told once, not per connection. `load` is a parameter for tests. */
export async function makeKeepAlive(
  settings: KeepAliveSettings,
  log: Log,
  load: () => Promise<Native> = loadNative,
): Promise<KeepAlive> {
  let warned = false;
  const warn = (error: unknown): void => {
    if (!warned) log.warn('keep-alive is weaker than configured', { why: reasonOf(error) });
    warned = true;
  };
  const wanted = settings.userTimeout > 0 || !NODE_SETS_ALL;
  let native = wanted ? await load().catch(warn) : undefined;
  return (socket) => {
    try {
      probe(socket, settings, native ?? undefined);
      if (settings.userTimeout > 0) native?.setUserTimeout(socket, settings.userTimeout);
    } catch (error) {
      // A socket that is gone already says nothing about the platform.
      if (socket.destroyed) return;
      warn(error);
      native = undefined;
    }
  };
}
