import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImError, type Consumer, type Entry } from 'im-kernel/contract';
import { never, quietHost, until, type QuietHost } from 'im-kernel/kit';
import plugin from '../../../plugins/consumers/webhook/index.ts';
import { Receiver, withStatus } from './receiver.ts';

const KEY = 'sixteen characters';
const ENTRY: Entry = {
  conversation: 'd/ann/bob',
  position: 12,
  order: 13,
  id: '0199a0b1-c2d3-7e4f-8a9b-0c1d2e3f4051',
  user: 'ann',
  device: 'phone',
  number: 7,
  sentAt: 1_795_404_000_000,
  acceptedAt: 1_795_404_000_012,
  kind: 'message',
  body: new TextEncoder().encode('grüß dich'),
};

describe('the webhook', () => {
  let receiver: Receiver;
  let host: QuietHost;
  let hook: Consumer | undefined;

  beforeEach(async () => {
    receiver = new Receiver();
    await receiver.listen();
    host = quietHost();
  });
  afterEach(async () => {
    await hook?.stop(never());
    await receiver.close();
  });

  async function start(
    more: object = {},
  ): Promise<(entry?: Entry, attempt?: number) => Promise<void>> {
    const config = {
      url: receiver.url,
      secret: KEY as string | undefined,
      secretFile: undefined as string | undefined,
      timeout: 5_000,
      responseMax: 1_024,
      connections: 2,
      ...more,
    };
    const made = plugin.create(config, host);
    hook = made;
    await made.start(never());
    return (entry = ENTRY, attempt = 1) => made.consume(entry, { attempt, signal: never() });
  }

  it('posts the entry as JSON, named as in the protocol', async () => {
    const consume = await start();
    await consume();
    const [got] = receiver.received;
    const { user: _user, body: _body, ...rest } = ENTRY;
    assert.deepEqual(got?.body, {
      ...rest,
      from: 'ann',
      mediaType: 'text/plain',
      text: 'grüß dich',
    });
    assert.match(got?.headers['content-type'] ?? '', /^application\/json/);
  });

  it('posts what is no text in base64, and acts with all that they say', async () => {
    const consume = await start();
    await consume({ ...ENTRY, mediaType: 'image/png', body: Uint8Array.of(0, 255) });
    const { body: _, ...act } = ENTRY;
    await consume({ ...act, kind: 'group.create', users: ['bob'], title: 'Tea', open: true });
    const [picture, created] = receiver.received.map(({ body }) => body);
    assert.deepEqual([picture?.['body'], picture?.['text']], ['AP8=', undefined]);
    assert.deepEqual(created?.['users'], ['bob']);
    assert.deepEqual(
      [created?.['title'], created?.['open'], created?.['text']],
      ['Tea', true, undefined],
    );
  });

  it('posts of a retired message what is left of it', async () => {
    const consume = await start();
    const { user, body: _, ...rest } = ENTRY;
    await consume({ ...rest, user, kind: 'expired' });
    assert.deepEqual(receiver.received[0]?.body, { ...rest, from: user, kind: 'expired' });
  });

  it('signs the time and the body, so that the receiver can check both', async () => {
    const consume = await start();
    await consume();
    const { headers, raw } = receiver.received[0]!;
    const at = String(headers['im-timestamp']);
    assert.ok(Math.abs(Number(at) - Date.now() / 1000) < 60, at);
    const made = createHmac('sha256', KEY).update(`${at}.${raw}`).digest('hex');
    assert.equal(headers['im-signature'], `v1=${made}`);
  });

  it('gives an entry one id for all attempts, and no other entry the same', async () => {
    const consume = await start();
    await consume(ENTRY, 1);
    await consume(ENTRY, 2);
    await consume({ ...ENTRY, position: 13 });
    await consume({ ...ENTRY, conversation: 'd/ann/cat' });
    const ids = receiver.received.map(({ headers }) => headers['im-delivery-id']);
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers['im-attempt']),
      ['1', '2', '1', '1'],
    );
  });

  it('takes 2xx and nothing else for a success', async () => {
    const consume = await start();
    for (const status of [200, 201, 204, 299]) {
      receiver.answer = withStatus(status);
      await consume();
    }
    for (const status of [300, 400, 401, 404, 429, 500, 503]) {
      receiver.answer = withStatus(status);
      await assert.rejects(consume(), new RegExp(`answered ${status}`));
    }
    assert.equal(host.counted('webhook_answers_total', '500'), 1);
  });

  it('takes 410 for never', async () => {
    const consume = await start();
    receiver.answer = withStatus(410);
    await assert.rejects(
      consume(),
      (error: unknown) => error instanceof ImError && error.code === 'IM_CONSUMER_UNDELIVERABLE',
    );
  });

  it('follows no redirect', async () => {
    const other = new Receiver();
    await other.listen();
    const consume = await start();
    receiver.answer = withStatus(307, { location: other.url });
    await assert.rejects(consume(), /answered 307: redirects are not followed/);
    assert.deepEqual(other.received, []);
    await other.close();
  });

  it('reads no more of an answer than it may, however long that goes on', async () => {
    const consume = await start();
    let written = 0;
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
        written += 65_536;
      };
      response.on('drain', more);
      more();
    };
    await consume();
    const after = written;
    receiver.answer = withStatus(204);
    await consume();
    assert.ok(written - after <= 65_536 && written < 64 * 1_048_576, `${written} were written`);
  });

  it('fails when no answer comes in time, or none at all', async () => {
    const consume = await start({ timeout: 50 });
    receiver.hang();
    await assert.rejects(consume(), /no answer from 127\.0\.0\.1:\d+ within 50 ms/);
    receiver.answer = (response) => void response.destroy();
    await assert.rejects(consume(), /socket hang up|ECONNRESET/);
    await receiver.close();
    await assert.rejects(consume(), /ECONNREFUSED/);
    await receiver.listen();
  });

  it('holds no more connections than it may', async () => {
    const consume = await start();
    let most = 0;
    let open = 0;
    const answers: (() => void)[] = [];
    receiver.answer = (response) => {
      open += 1;
      most = Math.max(most, open);
      answers.push(() => {
        open -= 1;
        response.writeHead(204).end();
      });
    };
    const all = [1, 2, 3, 4, 5, 6].map((position) => consume({ ...ENTRY, position }));
    for (let answered = 0; answered < 6; answered += 1) {
      await until(() => answers.length > 0, 'a request');
      answers.shift()?.();
    }
    await Promise.all(all);
    assert.equal(most, 2);
  });

  it('takes its secret from a file, and says what is wrong with that', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'im-hook-'));
    const secretFile = join(folder, 'key');
    await writeFile(secretFile, `  ${KEY}\n`);
    const consume = await start({ secret: undefined, secretFile });
    await consume();
    const { headers, raw } = receiver.received[0]!;
    const made = createHmac('sha256', KEY).update(`${String(headers['im-timestamp'])}.${raw}`);
    assert.equal(headers['im-signature'], `v1=${made.digest('hex')}`);
    await writeFile(secretFile, 'short');
    await assert.rejects(start({ secret: undefined, secretFile }), /fewer than 16 characters/);
    await rm(folder, { recursive: true });
    await assert.rejects(start({ secret: undefined, secretFile }), /cannot be used/);
  });

  it('is refused with a wrong address, or with two secrets or none', () => {
    const config = {
      secret: KEY,
      secretFile: undefined,
      timeout: 1,
      responseMax: 1,
      connections: 1,
    };
    const faults = (more: object): readonly string[] =>
      plugin.check?.({ ...config, url: 'https://a.example/x', ...more }) ?? [];
    assert.deepEqual(faults({}), []);
    for (const url of ['ftp://a.example', 'a.example', '', 'https://u:p@a.example', 'http://']) {
      assert.match(faults({ url })[0] ?? 'none', /url: must be http/);
    }
    assert.match(faults({ secret: undefined })[0] ?? '', /needs either/);
    assert.match(faults({ secretFile: '/x' })[0] ?? '', /needs either/);
  });
});
