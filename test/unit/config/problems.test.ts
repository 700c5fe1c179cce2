import assert from 'node:assert/strict';
import { file, problemsOf, type Env } from './rig.ts';

/** Every line: what is written, and the only problem that it makes. */
const SETTINGS: readonly (readonly [written: string, problem: string])[] = [
  ['listne: 1.2.3.4:5', 'listne is unknown; did you mean listen?'],
  [
    'zzz: 1',
    'zzz is unknown; known: listen, title, key, count, any, idle, room, quick, mode, file, names',
  ],
  [
    'listen: 7400',
    'listen must name a host too: 127.0.0.1:7400 for this machine alone, not "7400"',
  ],
  ['listen: "*:7400"', 'listen must name a host: 0.0.0.0:7400 for every address, not "*:7400"'],
  ['listen: localhost', 'listen must be host:port or [::1]:port, not "localhost"'],
  ['listen: a:70000', 'listen must have a port of at most 65535, not "a:70000"'],
  ['listen: ::1:80', 'listen must be host:port or [::1]:port, not "::1:80"'],
  ['listen: [a, b]', 'listen must be a single value, not a list'],
  ['title: 5', 'title must be text; put it in quotes (write "5")'],
  ['title: {a: b}', 'title must be a single value, not a block of settings'],
  ['title: ""', 'title must be at least 1 characters long'],
  ['title: abcdefghi', 'title must be at most 8 characters long'],
  ['title: aB', 'title must match [a-z]+, not "aB"'],
  ['title:', 'title has no value; give one or remove the line'],
  ['key: abc', 'key must be at least 4 characters long'],
  ['key: 12345', 'key must be text; put it in quotes'],
  ['count: many', 'count must be a whole number, not "many"'],
  ['count: "3"', 'count must be a whole number without quotes'],
  ['count: 1.5', 'count must be a whole number, not "1.5"'],
  ['count: 0', 'count must be at least 1'],
  ['count: 10', 'count must be at most 9'],
  ['any: 12345678901234567890', 'any is too large'],
  ['any: .inf', 'any is too large'],
  ['any: .nan', 'any must be a whole number, not ".nan"'],
  ['idle: 10', 'idle needs a unit: 10ms or 10s, not "10"'],
  ['idle: soon', 'idle must be a duration such as 250ms, 10s, 5m, 1h or 7d, not "soon"'],
  ['idle: 1ms', 'idle must be at least 10ms'],
  ['idle: 2m', 'idle must be at most 1m'],
  ['idle: -5s', 'idle must be a duration such as 250ms, 10s, 5m, 1h or 7d, not "-5s"'],
  ['room: 64KB', 'room has no unit known here; sizes count in 1024: 64KiB, not "64KB"'],
  ['room: 4096', 'room needs a unit: 4096B, not "4096"'],
  ['room: big', 'room must be a size such as 512B, 64KiB, 1MiB or 2GiB, not "big"'],
  ['room: 2MiB', 'room must be at most 1MiB'],
  ['quick: yes', 'quick must be true or false, not "yes"'],
  ['quick: 1', 'quick must be true or false, not "1"'],
  ['mode: clam', 'mode must be one of calm, brisk, not "clam"; did you mean calm?'],
  ['mode: [calm]', 'mode must be a single value, not a list'],
  ['file: 3', 'file must be a path, not "3"'],
  ['file: ~/x', 'file must not begin with ~; write "${HOME}/x", not "~/x"'],
  ['file: ""', 'file must be a path of at least one character'],
  ['names: a', 'names must be a list such as [a, b], not "a"'],
  ['names: {a: 1}', 'names must be a list such as [a, b], not a block of settings'],
  ['names: [a, b, c, d]', 'names must have at most 3 items'],
  ['names: [a, 2]', 'names.1 must be text; put it in quotes (write "2")'],
  ['tls: yes', 'tls must be a block of settings, not "yes"'],
  ['tls: []', 'tls must be a block of settings, not a list'],
  ['tls: { cert: c }', 'tls.key is missing: Key.'],
  ['tls: { cert: c, key: k, kee: 1 }', 'tls.kee is unknown; did you mean key?'],
  ['alive: { idel: 1s }', 'alive.idel is unknown; did you mean idle?'],
  ['__proto__: { polluted: true }', '__proto__ is unknown'],
  ['<<: { count: 4 }', '<< is unknown'],
  [
    'count: !!str 4',
    'count has the tag tag:yaml.org,2002:str; tags have no meaning here, remove it',
  ],
  ['count: !evil 4', 'count has the tag !evil; tags have no meaning here, remove it'],
  ['count: 1\ncount: 2', 'count is written twice; the first is on line 5'],
  [
    'title: ${UNSET}',
    'title needs the environment variable UNSET, which is not set; set it or write ${UNSET:-def',
  ],
  [
    'title: "${1BAD}"',
    'title has a "${" that is no variable; write ${NAME}, ${NAME:-default}, or $${ for itse',
  ],
  ['count: ${WORD}', 'count must be a whole number, not "${WORD}"'],
];
const ENV: Env = { WORD: 'from-the-environment' };

describe('a setting that is wrong makes one problem, with its place', () => {
  for (const [written, problem] of SETTINGS) {
    it(JSON.stringify(written), async () => {
      const problems = await problemsOf(file(written), ENV);
      assert.equal(problems.length, 1, problems.join('\n'));
      const [found = ''] = problems;
      assert.match(found, /^[56]:\d+ transports\.tcp\./);
      const message = found.replace(/^\d+:\d+ transports\.tcp\./, '');
      assert.equal(message.slice(0, problem.length), problem);
    });
  }
});

describe('a secret', () => {
  it('is never part of a problem', async () => {
    for (const written of ['key: hub', 'key: 99817', 'key: { hub: 1 }', 'key: [hub]']) {
      const [problem = ''] = await problemsOf(file(written));
      assert.doesNotMatch(problem.replace('transports.tcp.key', ''), /hub|99817/);
    }
  });
});

describe('all problems', () => {
  it('are found at once, in the order of the file', async () => {
    const yaml = `node: { nmae: im-1 }
transports:
  tcp: { use: tcp-tvl }
  web: { use: evry, quick: maybe }
  own: { use: ./gone.ts }
  none: {}
  plain: every
  9x: { use: every, count: 0 }
persistence: { use: memroy }
ordering: 5
orderign: { use: x }
limits: { windw: 5, heartbeat: 5 }
`;
    const problems = await problemsOf(yaml);
    assert.deepEqual(
      problems.map((one) => one.slice(0, 74)),
      [
        '1:1 node.name is missing: The name of this node, unlike any other of its cluster.'.slice(
          0,
          74,
        ),
        '1:1 node.data is missing: The folder that this node keeps its files in; made if it'.slice(
          0,
          74,
        ),
        '1:9 node.nmae is unknown; did you mean name?',
        '3:15 transports.tcp.use no transport plugin is named "tcp-tvl". Known: ever'.slice(0, 74),
        '4:15 transports.web.use no transport plugin is named "evry"; did you mean ev'.slice(0, 74),
        '5:15 transports.own.use the plugin ./gone.ts cannot be loaded: it is not th'.slice(0, 74),
        '6:3 transports.none.use is missing: the plugin to use; known: every, picky, '.slice(0, 74),
        '7:3 transports.plain must be a block that names a plugin: { use: every }'.slice(0, 74),
        '8:3 transports.9x has a name that is not a letter and up to 31 letters, digi'.slice(0, 74),
        '8:28 transports.9x.count must be at least 1'.slice(0, 74),
        '9:21 persistence.use no persistence plugin is named "memroy"; did you mean m'.slice(0, 74),
        '10:1 ordering must be a block that names a plugin: { use: 5 }'.slice(0, 74),
        '11:1 orderign is unknown; did you mean ordering?'.slice(0, 74),
        '12:11 limits.windw is unknown; did you mean window?'.slice(0, 74),
        '12:32 limits.heartbeat needs a unit: 5ms or 5s, not "5"'.slice(0, 74),
      ],
    );
  });

  it('are named one by one up to a bound, and counted above it', async () => {
    const keys = Array.from({ length: 500 }, (_, i) => `unknown${i}: 1`).join('\n');
    const problems = await problemsOf(file(keys));
    assert.equal(problems.length, 201);
    assert.match(problems.at(-1) ?? '', /and 300 more problems$/);
  });

  it('stay on one line each, whatever is written', async () => {
    const [problem = ''] = await problemsOf(file('"a\\nb\\u001b[31m": 1'));
    assert.match(problem, /a\\x0ab\\x1b\[31m is unknown/);
  });
});

describe('a transport', () => {
  it('may not be called like a role', async () => {
    const yaml = 'node: { name: n, data: d }\ntransports: { persistence: { use: every } }';
    assert.match(
      (await problemsOf(yaml))[0] ?? '',
      /^2:15 transports\.persistence has the name of a role/,
    );
  });

  for (const written of [
    '',
    'transports:',
    'transports: {}',
    'transports: []',
    'transports: tcp',
  ]) {
    it(`is asked for when the file has ${JSON.stringify(written)}`, async () => {
      const [problem = ''] = await problemsOf(`node: { name: n, data: d }\n${written}`);
      assert.match(problem, /transports (is missing|has .*); name at least one, such as tcp:/);
    });
  }
});

async function problem(rest: string): Promise<string> {
  return (await problemsOf(file('', rest)))[0] ?? '';
}

describe('a cache of answers', () => {
  it('is named by its plugin, as it has no fallback', async () => {
    assert.match(
      (await problemsOf(file('', 'answers: { url: x }'))).join(),
      /answers\.use is missing: the plugin to use; known: shelf/,
    );
    assert.match(
      (await problemsOf(file('', 'answers: { use: shelve, url: x }'))).join(),
      /no answers plugin is named "shelve"; did you mean shelf\?/,
    );
  });

  it('leaves its name to the role', async () => {
    const guards = 'guards: { answers: { use: words, words: [x] } }';
    assert.match((await problemsOf(file('', guards))).join(), /has the name of a role/);
  });
});

describe('guards and consumers', () => {
  it('may not share a name with one another, or with a part of the kernel', async () => {
    const words = '{ use: words, words: [] }';
    assert.match(
      await problem(`guards: { a: ${words} }\nconsumers: { a: { use: hook, url: x } }`),
      /consumers\.a has the name of guards\.a/,
    );
    assert.match(await problem(`guards: { tcp: ${words} }`), /has the name of transports\.tcp/);
    assert.match(await problem(`guards: { path: ${words} }`), /name of a part of the kernel/);
    assert.match(await problem(`guards: { retention: ${words} }`), /name of a part of the kernel/);
    assert.match(await problem(`guards: { ordering: ${words} }`), /name of a role/);
  });

  it('are asked for by name, and their settings are checked with the plugin’s', async () => {
    assert.match(await problem('guards: [a]'), /name each by a name of its own, such as words:/);
    assert.match(await problem('consumers: { a: { url: x } }'), /consumers\.a\.use is missing/);
    assert.match(
      await problem('consumers: { a: { use: hook, url: x, trise: 3 } }'),
      /consumers\.a\.trise is unknown; did you mean tries\?/,
    );
    assert.match(
      await problem('guards: { a: { use: words, words: [], timeLimit: 5 } }'),
      /guards\.a\.timeLimit .*5ms/,
    );
  });
});

describe('an ordering for each kind of conversation', () => {
  const wrong: Readonly<Record<string, string>> = {
    'ordering: { direct: { use: by-clok } }':
      '6:28 ordering.direct.use no ordering plugin is named "by-clok"; did you mean by-clock',
    'ordering: { group: { use: by-clock, windw: 2s } }':
      '6:37 ordering.group.windw is unknown; did you mean window?',
    'ordering: { groups: { use: by-clock } }':
      '6:13 ordering.groups is unknown; did you mean group?',
    'ordering: { use: by-clock, direct: { use: by-clock } }':
      '6:13 ordering.use stands beside direct or group; name one plugin for all, or one for each',
    'ordering: { direct: by-clock }':
      '6:13 ordering.direct must be a block that names a plugin: { use: by-clock }',
  };
  for (const [yaml, said] of Object.entries(wrong)) {
    it(`has its problems told with their place: ${yaml}`, async () => {
      const [line = '', ...more] = await problemsOf(file('', `${yaml}\n`));
      assert.ok(line.startsWith(said), line);
      assert.deepEqual(more, []);
    });
  }
});
