/** One of the two who speak in a script: what it says is right, or as nearly as a bad client's. */
import type { Act, ClientFrame, Send } from '../../../core/wire/frames.ts';
import { UINT_MAX } from '../../../core/wire/field.ts';
import { directConversation } from '../../../core/wire/names.ts';
import { uuidV7 } from '../../../core/wire/uuid.ts';
import type { Chance } from '../chance.ts';
import { WHATS } from '../decode.ts';
import { tokenFor } from '../../rigs/tokens.ts';

/** Of messages; scripts know no clock. */
const SENT_AT = 1_790_000_000_000;
const EDGES = [0, 1, 2, 63, 64, 65, 1_000, 2 ** 31, 2 ** 32, 2 ** 40, UINT_MAX];
const NAMES = [
  '',
  'd/',
  'g/',
  'd/a/b',
  'd/b/a',
  'x/y',
  'g/a/b',
  `g/${'n'.repeat(65)}`,
  '__proto__',
];
const ACTIONS = [
  'group.create',
  'group.add',
  'group.remove',
  'group.join',
  'group.leave',
  'group.rename',
  'group.promote',
  'group.demote',
  'friend.request',
  'friend.accept',
  'friend.reject',
  'friend.remove',
  'group.explode',
];
const MEDIA = ['text/plain', 'TEXT/html', 'image/png', '', 'a\u0000b', 'm'.repeat(256)];
const BODIES = [0, 1, 2, 20, 200, 1_000, 59_999, 60_000, 60_001];

type Utter = (party: Party) => ClientFrame;

/** What is said, and how often beside the others. */
const UTTERANCES: readonly (readonly [number, Utter])[] = [
  [8, (party) => party.send()],
  [2, (party) => party.repeat()],
  [4, (party) => party.act()],
  [4, (party) => ({ type: 'received', upTo: party.marks() })],
  [2, (party) => ({ type: 'read', upTo: party.marks() })],
  [2, (party) => party.signal()],
  [4, (party) => party.query()],
  [2, (party) => ({ type: 'ping', id: party.number() })],
  [1, (party) => ({ type: 'pong', id: party.number() })],
  [1, (party) => party.rare()],
];
const WHOLE = UTTERANCES.reduce((sum, [often]) => sum + often, 0);

export class Party {
  readonly user: string;
  readonly #others: readonly string[];
  readonly #group: string;
  readonly #chance: Chance;
  readonly #numbers = new Map<string, number>();
  readonly #commands: (Send | Act)[] = [];
  #queries = 0;

  constructor(user: string, other: string, group: string, chance: Chance) {
    this.user = user;
    this.#others = [other, user, 'a/b', 'nobody', 'é'];
    this.#group = group;
    this.#chance = chance;
  }

  /** `device`: mostly one and the same, so that sessions replace each other. */
  hello(): ClientFrame {
    const chance = this.#chance;
    const token = chance.onceIn(30) ? chance.oneOf(['', 'a.b.c', '{}']) : tokenFor(this.user);
    const device = chance.oneOf(['main', 'main', 'main', 'spare', chance.onceIn(9) ? 'a/b' : 'x']);
    const version = chance.onceIn(40) ? chance.oneOf(EDGES) : 1;
    const pending = Array.from({ length: chance.below(3) }, () => this.#conversation());
    return { type: 'hello', version, token, device, ...(pending.length > 0 && { pending }) };
  }

  utter(): ClientFrame {
    let at = this.#chance.below(WHOLE);
    for (const [often, utter] of UTTERANCES) {
      if (at < often) return utter(this);
      at -= often;
    }
    return this.send();
  }

  send(): Send {
    const chance = this.#chance;
    const length = chance.oneOf(chance.onceIn(8) ? BODIES : [1, 5, 30]);
    const body = new Uint8Array(length).fill(chance.onceIn(20) ? 0xc3 : 0x61 + chance.below(26));
    const mediaType = chance.onceIn(6) ? { mediaType: chance.oneOf(MEDIA) } : {};
    return this.#remember({ type: 'send', ...this.#head(), ...mediaType, body });
  }

  act(): Act {
    const chance = this.#chance;
    const action = chance.oneOf(ACTIONS);
    const some = chance.onceIn(20) ? 501 : chance.below(3);
    const user = Array.from({ length: some }, () => chance.oneOf(this.#others));
    const title = chance.onceIn(3) ? { title: 'T'.repeat(chance.oneOf([0, 3, 256, 257])) } : {};
    const open = chance.onceIn(2) ? { open: chance.oneOf([0, 1, 2]) } : {};
    return this.#remember({
      type: 'act',
      ...this.#head(),
      action,
      ...(some > 0 && { user }),
      ...title,
      ...open,
    });
  }

  /** One of the last commands again: the same, or with something changed that may not be. */
  repeat(): ClientFrame {
    const chance = this.#chance;
    if (this.#commands.length === 0) return this.send();
    const command = chance.oneOf(this.#commands.slice(-4));
    if (chance.onceIn(3)) return { ...command, id: this.#id() };
    if (chance.onceIn(4)) return { ...command, number: this.number() };
    return { ...command, attempt: 1 + chance.below(3) };
  }

  marks(): { conversation: string; position: number }[] {
    return Array.from({ length: 1 + this.#chance.below(3) }, () => ({
      conversation: this.#conversation(),
      position: this.#chance.onceIn(4) ? this.number() : this.#chance.below(12),
    }));
  }

  signal(): ClientFrame {
    const length = this.#chance.oneOf([0, 10, 1_024, 1_025]);
    const conversation = this.#conversation();
    return { type: 'signal', conversation, kind: 'typing', body: new Uint8Array(length) };
  }

  query(): ClientFrame {
    const chance = this.#chance;
    const bounds = chance.onceIn(3) ? { after: this.number(), before: this.number() } : {};
    return {
      type: 'query',
      query: chance.onceIn(10) ? this.number() : ++this.#queries,
      what: chance.onceIn(12) ? 'secrets' : chance.oneOf(WHATS),
      conversation: this.#conversation(),
      ...bounds,
      ...(chance.onceIn(3) && { limit: this.number() }),
      ...(chance.onceIn(3) && { user: [chance.oneOf(this.#others)] }),
      ...(chance.onceIn(6) && { from: chance.oneOf(NAMES) }),
    };
  }

  /** What is said once per connection at most. */
  rare(): ClientFrame {
    if (this.#chance.onceIn(3)) return this.hello();
    return this.#chance.onceIn(3) ? { type: 'bye', reason: 'enough' } : this.send();
  }

  number(): number {
    return this.#chance.onceIn(3) ? this.#chance.below(20) : this.#chance.oneOf(EDGES);
  }

  #conversation(): string {
    const chance = this.#chance;
    if (chance.onceIn(12)) return chance.oneOf(NAMES);
    if (chance.onceIn(3)) return this.#group;
    return directConversation(
      this.user,
      chance.onceIn(8) ? chance.oneOf(this.#others) : this.#peer,
    );
  }

  get #peer(): string {
    return this.#others[0] ?? '';
  }

  /** Mostly the next number of that conversation. */
  #head() {
    const conversation = this.#conversation();
    const next = (this.#numbers.get(conversation) ?? 0) + 1;
    this.#numbers.set(conversation, next);
    const number = this.#chance.onceIn(12) ? this.number() : next;
    return { conversation, number, id: this.#id(), sentAt: SENT_AT };
  }

  #id(): string {
    const octets = Uint8Array.from({ length: 10 }, () => this.#chance.below(256));
    return uuidV7(SENT_AT + this.#chance.below(1_000), octets);
  }

  #remember<C extends Send | Act>(command: C): C {
    this.#commands.push(command);
    return command;
  }
}
