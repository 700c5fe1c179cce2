/** What a guard must do; see `Guard` in the contract. */
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import type { Guard, GuardedMessage, GuardVerdict, Host } from 'im-kernel/contract';
import { judgeComponent } from './component-judge.ts';
import { never, quietHost, seededRandom } from './quiet-host.ts';
import { describe, it } from './runner.ts';

/** A message of which it is known what the guard makes of it. */
export interface GuardSample {
  /** Under `text/plain`, if no type is given. */
  readonly text: string;
  readonly mediaType?: string;
  readonly verdict: GuardVerdict['is'];
  /** With `change`: the text that it becomes. */
  readonly becomes?: string;
}

export interface GuardCase {
  readonly name: string;
  /** Makes a guard that was never started: `plugin.create(config, host)`. */
  make(host: Host): Guard;
  /** At least one message of each verdict that the guard knows. */
  readonly samples: readonly GuardSample[];
}

/** Longer, and most configurations call it a failure. */
const VERDICT_MAX_MS = 1_000;
const BODY_MAX_BYTES = 60_000;
const MEDIA_TYPE_MAX_CHARS = 255;
const UTF8 = new TextEncoder();

let made = 0;

function message(body: Uint8Array, mediaType = 'text/plain'): GuardedMessage {
  made += 1;
  return {
    conversation: made % 2 === 0 ? 'd/ann/bob' : 'g/tea',
    user: 'ann',
    device: 'phone',
    number: made,
    id: `0199a0b1-c2d3-7e4f-8a9b-${made.toString(16).padStart(12, '0')}`,
    sentAt: 1_795_404_000_000 + made,
    mediaType,
    body,
  };
}

function messageOf({ text, mediaType }: GuardSample): GuardedMessage {
  return message(UTF8.encode(text), mediaType);
}

/** Messages of all kinds; nobody knows what a guard makes of them, but it makes something. */
function* strange(): Generator<GuardedMessage> {
  const random = seededRandom(7);
  const texts = [
    '',
    ' ',
    'hi',
    '\u0000\u0001\u007f',
    '\ufeffafter a mark of the byte order',
    'e\u0301 \u200b \u202e \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u{10ffff}',
    'ÄÖÜẞß İı ΣΣς 中文 العربية',
    '*'.repeat(BODY_MAX_BYTES),
    'a'.repeat(BODY_MAX_BYTES),
    'a b '.repeat(BODY_MAX_BYTES / 4),
    'é'.repeat(BODY_MAX_BYTES / 2),
    '('.repeat(5_000) + ')'.repeat(5_000),
  ];
  for (const text of texts) yield message(UTF8.encode(text));
  for (const type of ['TEXT/html; charset=utf-8', 'text/', 'text/markdown']) {
    yield message(UTF8.encode('<b>hi</b>'), type);
  }
  for (const type of ['image/png', 'application/octet-stream', '', 'x'.repeat(255)]) {
    for (const length of [0, 1, 1_000]) yield message(random.bytes(length), type);
  }
}

/** The verdict, if it comes in time. */
async function lookAt(guard: Guard, it: GuardedMessage): Promise<GuardVerdict> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no verdict within ${VERDICT_MAX_MS} ms`)),
    VERDICT_MAX_MS,
  );
  try {
    return await Promise.race([Promise.resolve(guard.look(it)), late]);
  } finally {
    clearTimeout(timer);
  }
}

function assertVerdict(verdict: GuardVerdict, of: GuardedMessage): void {
  const what = `${of.mediaType.slice(0, 30)} of ${of.body.length} octets`;
  assert.ok(verdict instanceof Object, `no verdict for ${what}`);
  assert.ok(['allow', 'change', 'refuse'].includes(verdict.is), `"${verdict.is}" for ${what}`);
  if (verdict.is === 'refuse') assert.ok(verdict.detail.length > 0, 'a refusal says why');
  if (verdict.is !== 'change') return;
  assert.ok(verdict.body instanceof Uint8Array, `a change has a body, for ${what}`);
  const mediaType = verdict.mediaType ?? of.mediaType;
  assert.ok(mediaType.length <= MEDIA_TYPE_MAX_CHARS, 'the media type is too long');
  const isText = /^text\//i.test(mediaType);
  assert.ok(!isText || isUtf8(verdict.body), `it made ill-formed UTF-8 of ${what}`);
  assert.ok(verdict.body.length <= BODY_MAX_BYTES, `it made ${what} longer than a body may be`);
}

function assertSample(verdict: GuardVerdict, sample: GuardSample): void {
  assert.equal(verdict.is, sample.verdict, `of "${sample.text}"`);
  if (verdict.is !== 'change' || sample.becomes === undefined) return;
  assert.equal(Buffer.from(verdict.body).toString('utf8'), sample.becomes);
}

/** Judges a guard: verdicts in time for whatever comes, the samples', and its life. */
export function judgeGuard(judged: GuardCase): void {
  const withGuard = async (run: (guard: Guard) => Promise<void>): Promise<void> => {
    const guard = judged.make(quietHost());
    await guard.start(never());
    try {
      await run(guard);
    } finally {
      await guard.stop(never());
    }
  };
  describe(`${judged.name} as a guard`, () => {
    it('has a well-formed verdict in time for whatever comes', () =>
      withGuard(async (guard) => {
        for (const one of strange()) assertVerdict(await lookAt(guard, one), one);
      }));
    it('leaves the message that it looks at as it is', () =>
      withGuard(async (guard) => {
        const samples = judged.samples.map(messageOf);
        for (const one of [...strange(), ...samples]) {
          const before = one.body.slice();
          await lookAt(guard, Object.freeze(one));
          assert.ok(Buffer.from(before).equals(one.body), 'the body was written to');
        }
      }));
    it('judges its samples as it says', () =>
      withGuard(async (guard) => {
        assert.ok(judged.samples.length > 0, 'there are samples');
        for (const sample of judged.samples) {
          assertSample(await lookAt(guard, messageOf(sample)), sample);
        }
      }));
    it('tells messages apart that it looks at side by side', () =>
      withGuard(async (guard) => {
        const many = Array.from({ length: 10 }, () => judged.samples).flat();
        const looks = many.map((sample) => lookAt(guard, messageOf(sample)));
        for (const [at, verdict] of (await Promise.all(looks)).entries()) {
          assertSample(verdict, many[at]!);
        }
      }));
  });
  judgeComponent({ name: judged.name, make: () => judged.make(quietHost()) });
}
