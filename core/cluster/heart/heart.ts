/**
 * Beats that go from node to node: each listens where its card says, connects to where the others'
 * cards say, and beats both ways over every link. What is heard makes nobody own anything: it says
 * whom to doubt, and when the store is worth a look.
 */
import type { Cancel, ImError, Link, LinkEar, LinkEnd } from '../../contract/index.ts';
import { KeptLink } from '../link/kept-link.ts';
import { listenForLinks } from '../link/link-listener.ts';
import type { LinkMeans } from '../link/link-means.ts';
import { BEAT_MAX_BYTES, encodeBeat, parseBeat, type Beat, type BeatState } from './beat-frame.ts';
import { Dials, type Dial } from './dials.ts';
import type { HeartEnd, HeartNews, HeartSettings } from './heart-end.ts';
import type { LoopMoves } from './loop-watch.ts';
import { Peers, type Peer } from './peers.ts';
import { Strangers } from './strangers.ts';

const OUTPUT_MAX_BYTES = 65_536;
const LINKS_MAX = 128;
const OPEN_TIMEOUT_MS = 2_000;
/** As long as cards are listed, in beats. */
const CARD_BEATS = 5;
/** Looks after a link broke: the store may learn of an end a little later than the network, ms. */
const LOOK_AGAIN_MS = [20, 60, 200, 500];

export class Heart implements HeartEnd {
  readonly moves: LoopMoves;
  readonly #settings: HeartSettings;
  readonly #means: LinkMeans;
  readonly #tell: (news: HeartNews) => void;
  readonly #everyMs: number;
  readonly #peers: Peers;
  readonly #dials: Dials;
  readonly #strangers: Strangers;
  readonly #links = new Set<Link>();
  #listener: LinkEnd | undefined;
  #cancel: Cancel = () => undefined;
  #cancelLook: Cancel = () => undefined;
  #state: BeatState = 'standby';
  #count = 0;
  #told = '';
  #stopped = false;

  constructor(
    settings: HeartSettings,
    means: LinkMeans,
    moves: LoopMoves,
    tell: (news: HeartNews) => void,
  ) {
    const { beatMs, suspectAfterMs, self } = settings;
    const { clock } = means;
    this.#settings = settings;
    this.#means = means;
    this.moves = moves;
    this.#tell = tell;
    // A few may be lost or late before a node is suspect.
    this.#everyMs = Math.min(beatMs / 2, suspectAfterMs / 4);
    this.#peers = new Peers(clock, suspectAfterMs);
    this.#strangers = new Strangers(clock);
    this.#dials = new Dials({
      self: self.node,
      peers: this.#peers,
      awayMs: suspectAfterMs + CARD_BEATS * beatMs,
      connect: (to, dial) => new KeptLink({ ...this.#connecting, to }, this.#ear(dial), means),
    });
  }

  async start(signal: AbortSignal): Promise<string> {
    const { at } = this.#settings;
    const options = { ...this.#options, at, linksMax: LINKS_MAX };
    const listener = await listenForLinks(options, () => this.#ear(), this.#means);
    this.#listener = listener;
    if (signal.aborted) await this.stop();
    signal.throwIfAborted();
    this.#wait();
    return listener.address;
  }

  know(peers: readonly Peer[]): void {
    if (this.#stopped) return;
    this.#peers.know(peers);
    this.#dials.know(peers);
    this.#say(false);
  }

  turn(state: BeatState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#beat();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#cancelLook();
    this.#dials.close();
    this.#links.clear();
    await this.#listener?.close();
  }

  get #options() {
    const { secretFile, suspectAfterMs } = this.#settings;
    return {
      purpose: 'beats',
      secretFile,
      frameMaxBytes: BEAT_MAX_BYTES,
      outputMaxBytes: OUTPUT_MAX_BYTES,
      openTimeoutMs: OPEN_TIMEOUT_MS,
      heartbeatMs: suspectAfterMs,
    };
  }

  get #connecting() {
    const { beatMs } = this.#settings;
    return { ...this.#options, reconnectBaseMs: beatMs / 4, reconnectMaxMs: 2 * beatMs };
  }

  #wait(): void {
    const { clock } = this.#means;
    const dueMs = clock.monotonic() + this.#everyMs;
    this.#cancel = clock.after(this.#everyMs, () => {
      const lateMs = clock.monotonic() - dueMs;
      if (lateMs > this.#everyMs) this.#peers.slept(lateMs);
      this.#beat();
      this.#say(false);
      this.#wait();
    });
  }

  #beat(): void {
    for (const link of this.#links) this.#beatOver(link);
  }

  #beatOver(link: Link): void {
    const { self } = this.#settings;
    this.#count += 1;
    const beat = { ...self, state: this.#state, count: this.#count, ageMs: this.moves.ageMs };
    if (!link.send(encodeBeat(beat))) this.#links.delete(link);
  }

  /** Of a link that somebody connected to here, or of one that this node connects. */
  #ear(dial?: Dial): LinkEar {
    let link: Link | undefined;
    let node: string | undefined;
    return {
      opened: (opened) => {
        link = opened;
        dial?.opened();
        this.#links.add(opened);
        this.#beatOver(opened);
      },
      received: (frame) => {
        const beat = parseBeat(frame);
        const wrong = beat ? dial && this.#dials.wrong(dial, beat) : 'it sends no beats';
        if (wrong === undefined) {
          node = beat?.node;
          if (beat) this.#heard(beat);
        } else if (link) this.#refuse(link, dial, wrong);
      },
      closed: (why) => {
        if (link) this.#links.delete(link);
        link = undefined;
        this.#closed(why, node, dial);
        node = undefined;
      },
    };
  }

  #heard(beat: Beat): void {
    if (beat.node === this.#settings.self.node) return;
    this.#say(this.#peers.heard(beat));
  }

  #refuse(link: Link, dial: Dial | undefined, why: string): void {
    this.#links.delete(link);
    link.close();
    dial?.refuse(why);
    const details = { peer: link.peer, why };
    this.#strangers.refused(dial ? undefined : { code: 'IM_LINK_REFUSED', details });
    this.#say(false);
  }

  #closed(why: ImError, node: string | undefined, dial: Dial | undefined): void {
    if (this.#stopped) return;
    dial?.closed(why);
    if (why.code !== 'IM_LINK_AWAY') this.#strangers.refused(dial ? undefined : why);
    const broke = node !== undefined && this.#peers.broke(node);
    this.#say(broke);
    if (broke) this.#lookAgain(0);
  }

  #lookAgain(at: number): void {
    this.#cancelLook();
    const waitMs = LOOK_AGAIN_MS[at];
    if (waitMs === undefined) return;
    this.#cancelLook = this.#means.clock.after(waitMs, () => {
      if (!this.#peers.anyBroken) return;
      this.#say(true);
      this.#lookAgain(at + 1);
    });
  }

  /** Tells what is new. */
  #say(look: boolean): void {
    const { suspects } = this.#peers;
    const trouble = this.#dials.trouble ?? this.#strangers.trouble;
    const links = this.#links.size;
    const told = JSON.stringify([suspects, trouble, links]);
    const refused = this.#strangers.takeRefused();
    if (told === this.#told && !look && refused === 0) return;
    this.#told = told;
    this.#tell({ suspects, look, refused, links, trouble });
  }
}
