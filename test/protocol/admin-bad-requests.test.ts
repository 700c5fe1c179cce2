/** What nobody's library sends to the admin API: each is refused with a code and what to do. */
import assert from 'node:assert/strict';
import { closeAdmins, openAdmin, OPERATOR, type AdminStage } from './admin-stage.ts';
import { answerOf, rawSocket } from './raw-http.ts';
import { closeStages, openStage } from './stage.ts';

interface Bad {
  readonly what: string;
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  readonly status: number;
  readonly code: string;
}

const INPUT = { status: 400, code: 'IM_ADMIN_INPUT' } as const;
const UNKNOWN = { status: 404, code: 'IM_ADMIN_UNKNOWN' } as const;
const ROUTE = { status: 404, code: 'IM_ADMIN_ROUTE' } as const;
const LEVEL = 'POST /v1/log-level';
const JSON_TYPE = 'content-type: application/json';

const BAD: readonly Bad[] = [
  { what: 'half a JSON text', line: LEVEL, body: '{"level":', ...INPUT },
  { what: 'nothing where JSON is due', line: LEVEL, body: '', ...INPUT },
  { what: 'a list for an object', line: LEVEL, body: '["warn"]', ...INPUT },
  { what: 'null for an object', line: LEVEL, body: 'null', ...INPUT },
  { what: 'a level that is none', line: LEVEL, body: '{"level":"loud"}', ...INPUT },
  { what: 'a key that would change all objects', line: LEVEL, body: proto(), ...INPUT },
  { what: 'brackets without end', line: LEVEL, body: '['.repeat(60_000), ...INPUT },
  { what: 'a body that is no UTF-8', line: LEVEL, body: Buffer.from([0x22, 0xff]), ...INPUT },
  { what: 'a body in UTF-16', line: LEVEL, body: Buffer.from('{}', 'utf16le'), ...INPUT },
  { what: 'a body above the limit', line: LEVEL, body: 'x'.repeat(65_537), ...INPUT },
  {
    what: 'a body of another type',
    line: LEVEL,
    headers: ['content-type: text/yaml'],
    body: 'level: warn',
    ...INPUT,
  },
  {
    what: 'a body that is packed',
    line: LEVEL,
    headers: [JSON_TYPE, 'content-encoding: gzip'],
    body: Buffer.from('1f8b080000', 'hex'),
    ...INPUT,
  },
  { what: 'a way out of the routes', line: 'GET /v1/../../etc/passwd', ...ROUTE },
  { what: 'the same, in percents', line: 'GET /v1/%2e%2e%2f%2e%2e%2fetc%2fpasswd', ...ROUTE },
  { what: 'a plugin that is a path', line: 'GET /v1/plugins/..%2f..%2fim.db', ...UNKNOWN },
  { what: 'a plugin of all objects', line: 'GET /v1/plugins/__proto__', ...UNKNOWN },
  {
    what: 'something expected that nobody knows',
    line: 'GET /v1/plugins/none',
    headers: ['expect: tea'],
    ...UNKNOWN,
  },
  { what: 'a percent sign alone', line: 'GET /v1/plugins/%', ...INPUT },
  { what: 'a name that is no UTF-8', line: 'GET /v1/plugins/%ff', ...INPUT },
  { what: 'a name without an end', line: `GET /v1/plugins/${'x'.repeat(500)}`, ...INPUT },
  { what: 'a verb that is none', line: 'POST /v1/shutdown', body: '{}', ...ROUTE },
  { what: 'a verb by the other method', line: 'GET /v1/reload', ...ROUTE },
  { what: 'a method that is none of ours', line: 'DELETE /v1/sessions', ...ROUTE },
  { what: 'an input twice', line: 'GET /v1/sessions?limit=1&limit=2', ...INPUT },
  { what: 'a number that is none', line: 'GET /v1/sessions?limit=1e99', ...INPUT },
  { what: 'a topic without an end', line: `GET /v1/stream?topic=${'x'.repeat(600)}`, ...INPUT },
  { what: 'a topic of all objects', line: 'GET /v1/stream?topic=constructor', ...INPUT },
  { what: 'a header without an end', line: 'GET /v1/overview', ...large(), status: 431 },
  { what: 'no HTTP', line: '\u0016\u0003\u0001', ...INPUT },
  { what: 'two lengths', line: LEVEL, headers: lengths(), ...INPUT },
];

function proto(): string {
  return '{"level":"warn","__proto__":{"may":"operate"}}';
}

function lengths(): readonly string[] {
  return ['content-length: 2', 'content-length: 3'];
}

function large(): Pick<Bad, 'headers' | 'code'> {
  return { headers: [`x-long: ${'x'.repeat(40_000)}`], code: 'IM_ADMIN_INPUT' };
}

function octetsOf({ line, headers, body }: Bad): Buffer {
  const lines = [
    `${line} HTTP/1.1`,
    'host: im',
    'connection: close',
    `authorization: Bearer ${OPERATOR}`,
    ...(headers ?? (body === undefined ? [] : [JSON_TYPE])),
    ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body ?? '')]);
}

describe('a bad request to the admin API', () => {
  let admin: AdminStage;

  before(async () => {
    admin = await openAdmin(await openStage());
  });

  after(async () => {
    await closeAdmins();
    await closeStages();
  });

  for (const bad of BAD) {
    it(`is refused in JSON, with what to do: ${bad.what}`, async () => {
      const answer = await answerOf(await rawSocket(admin.address), octetsOf(bad));
      assert.match(answer.type ?? '', /^application\/json/, JSON.stringify(answer));
      const { code, message, act } = JSON.parse(answer.body) as Record<string, unknown>;
      assert.deepEqual([answer.status, code], [bad.status, bad.code], answer.body);
      assert.ok(typeof message === 'string' && typeof act === 'string' && act !== '');
      assert.deepEqual(admin.levels, []);
      assert.equal((await admin.owner.ask('overview', {})).health, 'running');
    });
  }
});

describe('a bug that keeps the admin API from an answer', () => {
  afterEach(async () => {
    await closeAdmins();
    await closeStages();
  });

  it('is told with 500, logged with its place, and goes no further', async () => {
    const stage = await openStage();
    const { node } = stage;
    const admin = await openAdmin(stage);
    admin.running = {
      metrics: node.metrics,
      addresses: [],
      gateways: [],
      states: () => assert.fail('a bug'),
    };
    await assert.rejects(admin.owner.ask('plugins', {}), { status: 500, code: 'IM_BUG' });
    admin.running = node;
    assert.ok((await admin.owner.ask('plugins', {})).total > 0);
    assert.equal(admin.told.filter((line) => line.includes('could not be answered')).length, 1);
  });
});
