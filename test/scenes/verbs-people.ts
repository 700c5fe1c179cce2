/** Groups, friends and questions, as a scene says them. */
import assert from 'node:assert/strict';
import type { FriendItem, MemberItem } from '../../core/wire/frames.ts';
import type { Stage } from './stage.ts';
import { expectAnswer, list, pick, type Verb } from './verbs.ts';

/** How long a history may take to become what a scene says. */
const HISTORY_MS = 15_000;

interface ActWords {
  readonly users?: string | undefined;
  readonly title?: string;
  readonly open?: boolean;
}

async function act(
  stage: Stage,
  who: string,
  action: string,
  to: string,
  words: ActWords = {},
  code?: string,
): Promise<void> {
  const device = stage.device(who);
  const command = device.send(to, {
    type: 'act',
    action,
    ...(words.users === undefined ? {} : { user: list(words.users) }),
    ...(words.title === undefined ? {} : { title: words.title }),
    ...(words.open === true ? { open: 1 } : {}),
  });
  expectAnswer(device, await device.answerTo(command), code);
}

/** The same act twice: as it should go, and with ` and is refused CODE` behind it. */
function both(pattern: string, does: (stage: Stage, ...words: string[]) => Promise<void>): Verb[] {
  return [
    { pattern, does },
    { pattern: `${pattern} and is refused CODE`, does },
  ];
}

async function seeAct(
  stage: Stage,
  who: string,
  kind: string,
  from: string,
  of: string | undefined,
  conversation: string | undefined,
): Promise<void> {
  const device = stage.device(who);
  const got = await device.next();
  const told = device.live.transcript.join('\n    ');
  const expected = {
    kind,
    from,
    ...(of === undefined ? {} : { user: list(of) }),
    ...(conversation === undefined ? {} : { conversation }),
  };
  assert.deepEqual(pick(got, expected), expected, told);
}

/** `"hi" by ann, group.add by bob` of what a history holds. */
async function history(stage: Stage, who: string, to: string): Promise<string> {
  const device = stage.device(who);
  const conversation = device.conversationWith(to);
  const { item, code } = await device.ask('history', { conversation });
  const lines = item.map(({ kind, body, from }) => {
    const what =
      kind === undefined || kind === 'message' ? `"${Buffer.from(body ?? []).toString()}"` : kind;
    return `${what} by ${from}`;
  });
  return code ?? lines.join(', ');
}

/** Asks until it is so. */
async function historyBecomes(stage: Stage, who: string, to: string, wanted: string) {
  const endMs = performance.now() + HISTORY_MS;
  for (let seen = ''; seen !== wanted; seen = await history(stage, who, to)) {
    assert.ok(performance.now() < endMs, `it is still ${seen}`);
  }
}

export const peopleVerbs: readonly Verb[] = [
  ...both('WHO creates TO', (stage, who, to, code) =>
    act(stage, who, 'group.create', to, { title: to.slice(2) }, code),
  ),
  ...both('WHO creates TO with NAMES', (stage, who, to, users, code) =>
    act(stage, who, 'group.create', to, { title: to.slice(2), users }, code),
  ),
  ...both('WHO creates TO, open to all', (stage, who, to, code) =>
    act(stage, who, 'group.create', to, { title: to.slice(2), open: true }, code),
  ),
  ...both('WHO adds NAMES to TO', (stage, who, users, to, code) =>
    act(stage, who, 'group.add', to, { users }, code),
  ),
  ...both('WHO removes NAMES from TO', (stage, who, users, to, code) =>
    act(stage, who, 'group.remove', to, { users }, code),
  ),
  ...both('WHO promotes NAMES in TO', (stage, who, users, to, code) =>
    act(stage, who, 'group.promote', to, { users }, code),
  ),
  ...both('WHO demotes NAMES in TO', (stage, who, users, to, code) =>
    act(stage, who, 'group.demote', to, { users }, code),
  ),
  ...both('WHO joins TO', (stage, who, to, code) => act(stage, who, 'group.join', to, {}, code)),
  ...both('WHO leaves TO', (stage, who, to, code) => act(stage, who, 'group.leave', to, {}, code)),
  ...both('WHO renames TO to TEXT', (stage, who, to, title, code) =>
    act(stage, who, 'group.rename', to, { title }, code),
  ),
  ...both('WHO asks NAME to be friends', (stage, who, to, code) =>
    act(stage, who, 'friend.request', to, {}, code),
  ),
  ...both('WHO accepts NAME as a friend', (stage, who, to, code) =>
    act(stage, who, 'friend.accept', to, {}, code),
  ),
  ...both('WHO rejects NAME as a friend', (stage, who, to, code) =>
    act(stage, who, 'friend.reject', to, {}, code),
  ),
  ...both('WHO ends the friendship with NAME', (stage, who, to, code) =>
    act(stage, who, 'friend.remove', to, {}, code),
  ),
  {
    pattern: 'WHO sees ACTION by NAME',
    does: (stage, who, kind, from) => seeAct(stage, who, kind, from, undefined, undefined),
  },
  {
    pattern: 'WHO sees ACTION of NAMES by NAME in TO',
    does: (stage, who, kind, of, from, to) => seeAct(stage, who, kind, from, of, to),
  },
  {
    pattern: 'WHO sees ACTION by NAME in TO',
    does: (stage, who, kind, from, to) => seeAct(stage, who, kind, from, undefined, to),
  },
  {
    pattern: 'the history of TO is, for WHO, REST',
    async does(stage, to, who, expected) {
      assert.equal(await history(stage, who, to), expected);
    },
  },
  {
    pattern: 'the history of TO becomes, for WHO, REST',
    does: (stage, to, who, expected) => historyBecomes(stage, who, to, expected),
  },
  {
    pattern: 'the members of TO are, for WHO, REST',
    async does(stage, to, who, expected) {
      const { item, code } = await stage.device(who).ask('members', { conversation: to });
      const lines = item.map(({ user, role }: MemberItem) => `${user} ${role}`);
      assert.equal(code ?? lines.join(', '), expected);
    },
  },
  {
    pattern: 'the friends of WHO are REST',
    async does(stage, who, expected) {
      const { item } = await stage.device(who).ask('friends', {});
      const lines = item.map(({ user, state }: FriendItem) => `${user} ${state}`);
      assert.equal(lines.join(', ') || 'none', expected);
    },
  },
  {
    pattern: 'the conversations of WHO are REST',
    async does(stage, who, expected) {
      const { item } = await stage.device(who).ask('conversations', {});
      const lines = item.map((line) => `${line.conversation} ${line.last}`);
      assert.equal(lines.join(', ') || 'none', expected);
    },
  },
];
