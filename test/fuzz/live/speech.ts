/** Frames → what goes over a socket of one of the three ways, right or spoilt, in pieces. */
import { encodeFrame } from '../../../core/wire/frame-buffer.ts';
import type { ClientFrame } from '../../../core/wire/frames.ts';
import { encodeJson } from '../../../core/wire/json.ts';
import { upgradeRequest, webSocketFrame } from '../../kit/transport-websocket-client.ts';
import type { Way } from '../../scenes/raw-connection.ts';
import type { Chance } from '../chance.ts';
import { loadCorpus } from '../corpus.ts';
import { cutAtChance, mutateBytes, mutateFrame, mutateJson } from '../mutate.ts';

const CORPUS = loadCorpus('client');
/** Of the path in `ServerProcess`. */
const PATH = '/im';
/** Frames that a WebSocket has besides messages, and some that it has not. */
const OPCODES = [0, 1, 2, 3, 8, 9, 10, 11, 15];
const CLOSE_CODES = [0, 999, 1000, 1005, 1015, 3000, 65_535];
const HOSTILE_EVERY = 60;

export class Speech {
  readonly #way: Way;
  readonly #chance: Chance;
  /** One frame in so many is spoilt; 0: none. */
  readonly #spoilEvery: number;

  constructor(way: Way, spoilEvery: number, chance: Chance) {
    this.#way = way;
    this.#spoilEvery = spoilEvery;
    this.#chance = chance;
  }

  /** What comes before the first frame. */
  opening(): Buffer {
    if (this.#way === 'tcp') return Buffer.alloc(0);
    const json = this.#way === 'websocket json';
    const headers = { 'sec-websocket-protocol': json ? 'im.json.1' : 'im.tlv.1' };
    const request = Buffer.from(upgradeRequest(PATH, headers));
    return this.#spoils(4) ? mutateBytes(request, request, this.#chance) : request;
  }

  /** These frames as one piece of output; on a WebSocket as one message where that can be. */
  say(frames: readonly ClientFrame[]): Buffer {
    const said = frames.map((frame) => this.#encode(frame));
    if (this.#way === 'tcp') return this.#last(Buffer.concat(said));
    const messages = this.#way === 'websocket' ? [Buffer.concat(said)] : said;
    return this.#last(Buffer.concat(messages.map((one) => this.#message(one))));
  }

  /** The pieces in which a socket is handed this. */
  pieces(bytes: Buffer): Buffer[] {
    if (!this.#chance.onceIn(4)) return [bytes];
    return cutAtChance(bytes, this.#chance).map((piece) => Buffer.from(piece));
  }

  #spoils(rarer: number): boolean {
    return this.#spoilEvery > 0 && this.#chance.onceIn(this.#spoilEvery * rarer);
  }

  #encode(frame: ClientFrame): Buffer {
    return this.#way === 'websocket json' ? this.#text(frame) : this.#tlv(frame);
  }

  #tlv(frame: ClientFrame): Buffer {
    const chance = this.#chance;
    if (this.#spoils(HOSTILE_EVERY)) return chance.oneOf(CORPUS.hostileTlv);
    const spoils = this.#spoils(1);
    const right = spoils && chance.onceIn(3) ? chance.oneOf(CORPUS.tlv) : encodeFrame(frame);
    return spoils
      ? mutateFrame(Buffer.from(right), chance.oneOf(CORPUS.tlv), chance)
      : Buffer.from(right);
  }

  #text(frame: ClientFrame): Buffer {
    const chance = this.#chance;
    if (this.#spoils(HOSTILE_EVERY)) return chance.oneOf(CORPUS.hostileJson);
    const spoils = this.#spoils(1);
    const right = spoils && chance.onceIn(3) ? chance.oneOf(CORPUS.json) : this.#json(frame);
    return spoils ? mutateJson(right, chance.oneOf(CORPUS.json), chance) : right;
  }

  /** What JSON cannot say, such as text that is none, is left to the vectors. */
  #json(frame: ClientFrame): Buffer {
    try {
      return Buffer.from(encodeJson(frame));
    } catch {
      return this.#chance.oneOf(CORPUS.json);
    }
  }

  #message(payload: Buffer): Buffer {
    const opcode = this.#way === 'websocket json' ? 1 : 2;
    const chance = this.#chance;
    if (!this.#spoils(3)) return webSocketFrame(payload, { opcode });
    switch (chance.below(5)) {
      case 0:
        return webSocketFrame(payload, { opcode: chance.oneOf(OPCODES) });
      case 1:
        return webSocketFrame(payload, { opcode, masked: chance.onceIn(2), reserved: 0x40 });
      case 2:
        return this.#fragments(payload, opcode);
      case 3:
        return Buffer.concat(
          Array.from({ length: 1 + chance.below(200) }, () =>
            webSocketFrame(payload.subarray(0, chance.below(130)), { opcode: 9 + chance.below(2) }),
          ),
        );
      default:
        return this.#closing();
    }
  }

  /** Now and then the last one is missing, or a ping comes between. */
  #fragments(payload: Buffer, opcode: number): Buffer {
    const chance = this.#chance;
    const parts = cutAtChance(payload, chance);
    const open = chance.onceIn(4);
    const frames = parts.map((part, at) => {
      const fin = at === parts.length - 1 && !open;
      return webSocketFrame(part, { opcode: at === 0 ? opcode : 0, fin });
    });
    const ping = webSocketFrame(new Uint8Array(chance.below(4)), { opcode: 9 });
    return Buffer.concat(frames.flatMap((frame) => (chance.onceIn(5) ? [frame, ping] : [frame])));
  }

  #closing(): Buffer {
    const payload = Buffer.alloc(this.#chance.oneOf([0, 1, 2, 60, 125, 200]), 0x61);
    if (payload.length > 1) payload.writeUInt16BE(this.#chance.oneOf(CLOSE_CODES));
    return webSocketFrame(payload, { opcode: 8 });
  }

  /** At last, bytes of the stream itself, whatever they were to mean. */
  #last(bytes: Buffer): Buffer {
    return this.#spoils(12) ? mutateBytes(bytes, bytes, this.#chance) : bytes;
  }
}
