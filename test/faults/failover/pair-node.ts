/** One server of a pair, as an operator starts it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess, type Differences } from '../../scenes/server-process.ts';

/** What all nodes of a cluster have in common, by block. */
export interface ClusterSettings {
  readonly persistence: Readonly<Record<string, unknown>>;
  readonly failover: Readonly<Record<string, unknown>>;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly ordering?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
  readonly consumers?: Readonly<Record<string, unknown>>;
}

/** Where a node runs. */
export interface Place {
  readonly host: string;
  /** What its server is run by. */
  readonly runBy: readonly string[];
}

const HERE: Place = { host: '127.0.0.1', runBy: [] };

export interface PairNodeParts {
  readonly name: string;
  /** Of the stage: shared by all nodes. */
  readonly folder: string;
  readonly keyFile: string;
  readonly ports: { readonly tcp: number; readonly web: number; readonly link: number };
  readonly settings: ClusterSettings;
  /** Default: on loopback. */
  readonly place?: Place;
  /** A line of its log, whole. */
  readonly onLine: (line: Readonly<Record<string, unknown>>) => void;
}

export class PairNode {
  readonly name: string;
  readonly server: ServerProcess;
  readonly #host: string;
  readonly #ports: PairNodeParts['ports'];

  constructor(parts: PairNodeParts) {
    const { name, folder, keyFile, ports, settings, place = HERE, onLine } = parts;
    const { host } = place;
    this.name = name;
    this.#host = host;
    this.#ports = ports;
    const own = join(folder, name);
    mkdirSync(own);
    const { cluster, ordering, ...blocks } = settings;
    const secretFile = join(folder, 'cluster.key');
    const differences: Differences = {
      node: { name, data: './data' },
      cluster: { name: 'rig', link: `${host}:${ports.link}`, secretFile, ...cluster },
      transports: {
        tcp: { use: 'tcp-tlv', listen: `${host}:${ports.tcp}` },
        web: { use: 'websocket', listen: `${host}:${ports.web}`, path: '/im' },
      },
      ...blocks,
      ...(ordering && { ordering }),
    };
    this.server = new ServerProcess(own, keyFile, differences);
    this.server.runBy = place.runBy;
    this.server.onLine = (text) => {
      if (text.startsWith('{')) onLine(JSON.parse(text) as Record<string, unknown>);
    };
  }

  /** Of one scheme, `tcp:` or `ws:`; the same in each life. */
  address(scheme: string): string {
    const { tcp, web } = this.#ports;
    return scheme === 'tcp:' ? `tcp://${this.#host}:${tcp}` : `ws://${this.#host}:${web}/im`;
  }
}
