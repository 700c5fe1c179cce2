/** A TCP proxy that treats connections as badly as networks do, and in no other way. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { ProxyFlow, type Weather } from './proxy-flow.ts';

const HOST = '127.0.0.1';

export interface Climate {
  /** From the client to the server. */
  readonly up: Weather;
  readonly down: Weather;
  /** New connections are reset. */
  readonly refuses: boolean;
}

const FINE: Weather = { stalls: false, delayMs: 0, pieceBytes: () => Infinity };
export const FINE_CLIMATE: Climate = { up: FINE, down: FINE, refuses: false };

interface Link {
  readonly sockets: readonly [client: Socket, server: Socket];
  readonly flows: readonly ProxyFlow[];
  /** Neither end will ever hear of the other again, nor of its end. */
  vanished: boolean;
}

export class FaultProxy {
  readonly #upstream: () => number;
  readonly #links = new Set<Link>();
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true });
  #climate = FINE_CLIMATE;

  /** `upstream`: the port of the server behind it, asked at every connection. */
  constructor(upstream: () => number) {
    this.#upstream = upstream;
    this.#server.on('connection', (client) => this.#link(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    this.#server.listen(0, HOST);
    await once(this.#server, 'listening');
  }

  set climate(climate: Climate) {
    this.#climate = climate;
    for (const { flows } of this.#links) for (const flow of flows) flow.wake();
  }

  /** Resets every connection, on both sides. */
  reset(): void {
    for (const { sockets } of this.#links) for (const socket of sockets) socket.resetAndDestroy();
  }

  /** Every connection of now goes silent for ever; later ones are not concerned. */
  vanish(): void {
    for (const link of this.#links) link.vanished = true;
  }

  async stop(): Promise<void> {
    this.reset();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #link(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#climate.refuses) return void client.resetAndDestroy();
    const server = connect({ host: HOST, port: this.#upstream(), allowHalfOpen: true });
    server.setNoDelay(true).on('error', () => undefined);
    const silent: Weather = { ...FINE, stalls: true };
    const weather = (way: 'up' | 'down') => (): Weather =>
      link.vanished ? silent : this.#climate[way];
    const link: Link = {
      sockets: [client, server],
      flows: [
        new ProxyFlow(client, server, weather('up')),
        new ProxyFlow(server, client, weather('down')),
      ],
      vanished: false,
    };
    this.#links.add(link);
    const gone = (): void => {
      if (client.destroyed && server.destroyed) this.#links.delete(link);
    };
    client.on('close', gone);
    server.on('close', gone);
  }
}
